"""A folder of labelled photos: what its files say about who is who."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bench.faces.pairs import Named, NotPairs, read_pairs

#: Endings of the files that are looked at: what data sets hold. The product takes the first four.
PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
#: The folder with real and attacking presentations, which are nobody's photos.
PRESENTATION = "presentation"
# A labelled list has some errors; a rule that explains more of it than this is taken.
_EXPLAINED = 0.98
_MADE_OF_A_PERSON = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos, whether they show one person, and the fold they belong to if that is said."""

    left: Path
    right: Path
    same: bool
    fold: str | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Pairs, and the photos of each person where that can be told; both only of files there are.

    ``missing`` are names of the list that lead to no file, ``said`` is what a reader must know.
    """

    folder: Path
    pairs: Sequence[Pair]
    people: dict[str, list[Path]]
    missing: Sequence[str]
    said: Sequence[str]

    @property
    def photos(self) -> list[Path]:
        """Every photo that is in a pair or is a person's."""
        paired = {path for pair in self.pairs for path in (pair.left, pair.right)}
        return sorted(paired.union(*self.people.values()) if self.people else paired)


def read(given: Path) -> Data:
    """What ``given`` holds: a folder with a list of pairs, one with a folder a person, or a list.

    Raises `NotPairs` when nothing in it says who is who, and nothing what is real.
    """
    folder, listed = _list_in(given)
    found, missing = _located(listed or [], folder)
    if listed is not None and not found:
        raise NotPairs(
            f"{given} names {len(missing)} files, and none of these is below {folder}:"
            f" {', '.join(missing[:3])} …"
        )
    photos = _photos_below(_root(found, folder))
    if listed is None:
        return _without_list(given, folder, photos)
    rule = next((one for one in (_of_folder, _of_name) if _explains(one, found)), None)
    people = _grouped(photos, rule) if rule else {}
    said = [] if people else ["Nothing says who is on which photo, so only the pairs are compared."]
    return Data(folder, found, people, missing, said)


def _without_list(given: Path, folder: Path, photos: Sequence[Path]) -> Data:
    """The same of a folder in which only folders say who is who."""
    people = _grouped(photos, _of_folder)
    said = ["There is no list: pairs were drawn (seed 1)."]
    beside = people.pop(str(folder), [])
    if beside:
        said.append(f"{len(beside)} photos beside the folders are nobody's and were left out.")
    if len(people) >= 2:
        return Data(folder, _made_pairs(people), people, [], said)
    if any(path.is_file() for path in (folder / PRESENTATION).rglob("*")):
        said = ["Nothing says who is who: only presentations were judged."]
        return Data(folder, [], {}, [], said)
    raise NotPairs(f"{given} holds neither a list of pairs nor a folder for each person")


def _list_in(given: Path) -> tuple[Path, list[Named] | None]:
    """The folder, and its list of pairs: ``pairs.*`` or else the only file that is one."""
    if given.is_file():
        return given.parent, read_pairs(given)
    if not given.is_dir():
        raise NotPairs(f"{given} is not a folder")
    files = sorted(path for path in given.iterdir() if path.suffix.lower() in {".csv", ".tsv"})
    named = [path for path in files if path.stem.lower() == "pairs"]
    if named:
        return given, read_pairs(named[0])
    for path in files:
        try:
            return given, read_pairs(path)
        except NotPairs:
            continue
    return given, None


def _located(listed: Sequence[Named], folder: Path) -> tuple[list[Pair], list[str]]:
    """The pairs whose files are there, wherever below ``folder`` their names begin."""
    inside = sorted(path for path in folder.iterdir() if path.is_dir())
    starts = [folder, *inside]
    names = {name for pair in listed for name in (pair.left, pair.right)}
    hits = {start: sum((start / name).is_file() for name in names) for start in starts}
    starts.sort(key=lambda start: -hits[start])
    files = {name: _file(name, starts) for name in names}
    pairs = []
    for one in listed:
        left, right = files[one.left], files[one.right]
        if left is not None and right is not None:
            pairs.append(Pair(left, right, one.same, one.fold))
    return pairs, sorted(name for name, path in files.items() if path is None)


def _file(name: str, starts: Sequence[Path]) -> Path | None:
    endings = [""] if Path(name).suffix.lower() in PHOTOS else ["", ".jpg", ".jpeg", ".png"]
    tried = (start / f"{name}{ending}" for start in starts for ending in endings)
    return next((path for path in tried if path.is_file()), None)


def _root(pairs: Sequence[Pair], folder: Path) -> Path:
    """The folder right below ``folder`` that all pairs are in, else ``folder`` itself."""
    tops = {
        path.relative_to(folder).parts[0]
        for pair in pairs
        for path in (pair.left, pair.right)
        if path.is_relative_to(folder)
    }
    people = len({path.parent for pair in pairs for path in (pair.left, pair.right)})
    only = folder / tops.pop() if len(tops) == 1 else folder
    return only if only.is_dir() and people > 1 else folder


def _photos_below(root: Path) -> list[Path]:
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in PHOTOS
        and path.is_file()
        and PRESENTATION not in path.relative_to(root).parts
    )


def _of_folder(path: Path) -> str:
    return str(path.parent)


def _of_name(path: Path) -> str:
    """The name without the number behind it: ``Some_One_0003`` is ``Some_One``."""
    return re.sub(r"[^A-Za-z0-9]*\d+$", "", path.stem) or path.stem


def _explains(person: Callable[[Path], str], pairs: Sequence[Pair]) -> bool:
    right = sum((person(pair.left) == person(pair.right)) == pair.same for pair in pairs)
    return bool(pairs) and right >= _EXPLAINED * len(pairs)


def _grouped(photos: Iterable[Path], person: Callable[[Path], str]) -> dict[str, list[Path]]:
    people: dict[str, list[Path]] = defaultdict(list)
    for path in photos:
        people[person(path)].append(path)
    return dict(people)


def _made_pairs(people: dict[str, list[Path]]) -> list[Pair]:
    """As many pairs of one person as there are (some of each), and as many of two people."""
    luck = random.Random(1)
    same: list[Pair] = []
    for photos in people.values():
        all_of_them = list(combinations(photos, 2))
        luck.shuffle(all_of_them)
        same += [Pair(*two, True) for two in all_of_them[:_MADE_OF_A_PERSON]]
    luck.shuffle(same)
    names = sorted(people)
    other = []
    for _ in range(max(len(same), len(names))):
        one, two = luck.sample(names, 2)
        other.append(Pair(luck.choice(people[one]), luck.choice(people[two]), False))
    return same + other
