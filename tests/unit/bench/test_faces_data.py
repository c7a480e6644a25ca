"""Labelled photos that nobody here has seen: other names, other columns, files that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.faces.data import read
from bench.faces.pairs import NotPairs, read_pairs


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")


def listed(folder: Path, text: str, name: str = "pairs.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    "text",
    [
        "a,b,same\nx.jpg,y.jpg,1\nx.jpg,z.jpg,0\n",
        "left,right,same\nx.jpg,y.jpg,true\nx.jpg,z.jpg,False\n",
        "\ufeffImage 1;Image 2;Label\nx.jpg;y.jpg;Same\nx.jpg;z.jpg;different\n",
        "fold\tsame\tfile_b\tfile_a\n1\t1\ty.jpg\tx.jpg\n2\t-1\tz.jpg\tx.jpg\n",
        "x.jpg,y.jpg,1\nx.jpg,z.jpg,0\n",
        "x.jpg y.jpg 1\nx.jpg z.jpg 0\n",
        "\na,b,same\n\nx.jpg,y.jpg,match\n\nx.jpg,z.jpg,impostor\n",
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, text: str) -> None:
    found = read_pairs(listed(tmp_path, text))
    assert [(one.left, one.right, one.same) for one in found] == [
        ("x.jpg", "y.jpg", True),
        ("x.jpg", "z.jpg", False),
    ]


def test_the_folds_of_a_list_are_kept(tmp_path: Path) -> None:
    found = read_pairs(listed(tmp_path, "a,b,same,fold\nx,y,1,3\n"))
    assert found[0].fold == "3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("name,age\nx,3\n", "no columns for two photos"),
        ("a,b,same\nx,y,perhaps\n", "a line that is no pair: x,y,perhaps"),
        ("a,b,same\nx,y\n", "a line that is no pair: x,y"),
        ("left,right,same\n", "the names of columns and no pair"),
    ],
)
def test_what_is_no_list_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NotPairs, match=said):
        read_pairs(listed(tmp_path, text))


def test_a_list_beside_a_folder_for_each_person(tmp_path: Path) -> None:
    write(tmp_path, "lfw/Ann/1.jpg", "lfw/Ann/2.jpg", "lfw/Bob/1.PNG", "presentation/real/x.jpg")
    listed(tmp_path, "a,b,same\nAnn/1.jpg,Ann/2.jpg,1\nAnn/1.jpg,Bob/1.PNG,0\nNo/1.jpg,Ann/2.jpg,0")
    data = read(tmp_path)
    assert [(pair.left.name, pair.right.name, pair.same) for pair in data.pairs] == [
        ("1.jpg", "2.jpg", True),
        ("1.jpg", "1.PNG", False),
    ]
    assert list(data.missing) == ["No/1.jpg"]
    assert {Path(name).name: len(photos) for name, photos in data.people.items()} == {
        "Ann": 2,
        "Bob": 1,
    }
    assert len(data.photos) == 3


def test_a_list_of_another_name_and_photos_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path, *(f"faces/{who}_{n:04}.jpeg" for who in ("ann_b", "bob") for n in (1, 2)))
    listed(tmp_path, "width,height\n3,4\n", "sizes.csv")
    listed(
        tmp_path,
        "img1,img2,is_same\nann_b_0001,ann_b_0002,1\nann_b_0001,bob_0001,0\n",
        "validation.csv",
    )
    data = read(tmp_path)
    assert len(data.pairs) == 2
    assert sorted(data.people) == ["ann_b", "bob"]


def test_photos_that_do_not_say_whose_they_are(tmp_path: Path) -> None:
    write(tmp_path, *(f"{number}.jpg" for number in range(4)))
    listed(tmp_path, "a,b,same\n0.jpg,1.jpg,1\n2.jpg,3.jpg,0\n")
    data = read(tmp_path)
    assert data.people == {}
    assert data.said
    assert len(data.photos) == 4


def test_only_a_folder_for_each_person(tmp_path: Path) -> None:
    write(tmp_path, "Ann/a.jpg", "Ann/b.jpg", "Ann/c.jpg", "Bob/a.jpg", "Cid/x.webp", "notes.txt")
    data = read(tmp_path)
    assert sum(pair.same for pair in data.pairs) == 3
    assert sum(not pair.same for pair in data.pairs) == 3
    assert all((pair.left.parent == pair.right.parent) == pair.same for pair in data.pairs)
    assert data.pairs == read(tmp_path).pairs


def test_the_list_itself_may_be_given(tmp_path: Path) -> None:
    write(tmp_path, "Ann/1.jpg", "Bob/1.jpg")
    path = listed(tmp_path, "a,b,same\nAnn/1.jpg,Bob/1.jpg,0\n", "mine.tsv")
    assert len(read(path).pairs) == 1


def test_a_folder_without_anything_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotPairs, match="neither a list"):
        read(tmp_path)
    with pytest.raises(NotPairs, match="not a folder"):
        read(tmp_path / "none")


def test_a_list_of_files_that_are_nowhere_is_said(tmp_path: Path) -> None:
    listed(tmp_path, "a,b,same\nx/1.jpg,x/2.jpg,1\n")
    with pytest.raises(NotPairs, match=r"names 2 files, and none of these is below .*: x/1\.jpg"):
        read(tmp_path)


def test_a_list_in_an_older_encoding_is_read(tmp_path: Path) -> None:
    write(tmp_path, "Zoë/1.jpg", "Zoë/2.jpg")
    path = tmp_path / "pairs.csv"
    path.write_bytes("a,b,same\nZoë/1.jpg,Zoë/2.jpg,1\n".encode("latin-1"))
    assert len(read(tmp_path).pairs) == 1


def test_a_list_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").mkdir()
    with pytest.raises(NotPairs, match=r"pairs\.csv cannot be read"):
        read(tmp_path)


def test_photos_beside_the_folders_are_nobody_s(tmp_path: Path) -> None:
    write(tmp_path, "Ann/a.jpg", "Bob/a.jpg", "cover.jpg", "team.jpg")
    data = read(tmp_path)
    assert {Path(name).name for name in data.people} == {"Ann", "Bob"}
    assert any("2 photos beside the folders" in line for line in data.said)
    assert all(path.parent != tmp_path for path in data.photos)


def test_only_presentations(tmp_path: Path) -> None:
    write(tmp_path, "presentation/real/a.jpg", "presentation/spoof/b.jpg")
    data = read(tmp_path)
    assert (list(data.pairs), data.people, data.photos) == ([], {}, [])
    assert "only presentations" in data.said[0]
