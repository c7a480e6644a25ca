"""A real OpenLDAP server with a small university in it, on private loopback ports."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.certs import write_certificates
from local.ports import free_port
from tests.support.process import Process

SUFFIX = "dc=uni,dc=example"
AYSE, VELI = "ayse's own words", "veli's own words"
READER, READER_PASSWORD = f"cn=reader,{SUFFIX}", "reads all but passwords"
_ROOT, _ROOT_PASSWORD = f"cn=root,{SUFFIX}", "may do everything here"
_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw "{password}"
directory {folder}/data
maxsize 10485760
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""
_TREE = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: uni
o: University

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READER_PASSWORD}

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: uid=ayse,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: ayse
cn: Ayşe Yılmaz
sn: Yılmaz
employeeNumber: 1001
userPassword: {AYSE}

dn: uid=veli,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: veli
cn: Veli Demir
sn: Demir
employeeNumber: 2001
userPassword: {VELI}

dn: uid=guest,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: guest
cn: Guest
sn: Guest
userPassword: guest's own words

dn: uid=bare,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: bare
cn: Nobody Signs In
sn: Bare

dn: uid=st*r(x),ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: st*r(x)
cn: Star
sn: Star
userPassword: star's own words

dn: ou=elsewhere,{SUFFIX}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:{{trap}}/ou=elsewhere,{SUFFIX}

dn: cn=teachers,ou=groups,{SUFFIX}
objectClass: groupOfNames
cn: teachers
member: uid=ayse,ou=people,{SUFFIX}

dn: cn=students,ou=groups,{SUFFIX}
objectClass: groupOfNames
cn: students
member: uid=veli,ou=people,{SUFFIX}
member: uid=st*r(x),ou=people,{SUFFIX}
"""


@dataclass
class Slapd:
    """The running server. ``trap`` is where its referral points; whoever goes there is seen."""

    folder: Path
    port: int
    tls_port: int
    process: Process
    trap: socket.socket

    @property
    def ca_file(self) -> str:
        """The authority of its certificate."""
        return str(self.folder / "ca.pem")

    def change(self, ldif: str) -> None:
        """Apply LDIF changes with every right."""
        _tool("ldapmodify", self.port, ldif)

    def enrol(self, uid: str, group: str = "teachers", number: int | None = None) -> str:
        """Somebody new, and a member of ``group``; their password."""
        password = f"{uid}'s own words"
        numbered = f"employeeNumber: {number}\n" if number is not None else ""
        self.change(
            f"dn: uid={uid},ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
            f"uid: {uid}\ncn: {uid.title()}\nsn: {uid.title()}\nuserPassword: {password}\n"
            f"{numbered}"
        )
        self.join(uid, group)
        return password

    def join(self, uid: str, group: str) -> None:
        """Make somebody a member of a group."""
        self._member("add", uid, group)

    def leave(self, uid: str, group: str) -> None:
        """Take somebody out of a group."""
        self._member("delete", uid, group)

    def _member(self, how: str, uid: str, group: str) -> None:
        self.change(
            f"dn: cn={group},ou=groups,{SUFFIX}\nchangetype: modify\n{how}: member\n"
            f"member: uid={uid},ou=people,{SUFFIX}\n"
        )

    def settings(self, **more: str) -> dict[str, str]:
        """The variables by which auth_service asks it over LDAPS."""
        return {
            "DIRECTORIES": "local,ldap",
            "LDAP_LABEL": "University",
            "LDAP_URL": f"ldaps://localhost:{self.tls_port}",
            "LDAP_CA_FILE": self.ca_file,
            "LDAP_BASE": f"ou=people,{SUFFIX}",
            "LDAP_BIND_DN": READER,
            "LDAP_NUMBER": "employeeNumber",
            "LDAP_ROLES": f"cn=teachers, ou=groups, {SUFFIX}:teacher;"
            f"CN=Students,ou=groups,{SUFFIX}:student",
            "HAZIR_SECRET_LDAP_BIND": READER_PASSWORD,
            **more,
        }


@contextmanager
def running_slapd(folder: Path) -> Iterator[Slapd]:
    """A server with the university in it, until the block ends; ``folder`` is its own."""
    program = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert program, "slapd is missing; make setup-test installs it"
    (folder / "data").mkdir(parents=True)
    write_certificates(folder, ["localhost"], dt.datetime.now(dt.UTC))
    configuration = folder / "slapd.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder, suffix=SUFFIX, root=_ROOT, password=_ROOT_PASSWORD, reader=READER
        )
    )
    port, tls_port = free_port(), free_port()
    listeners = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    process = Process(
        lambda: [program, "-d", "0", "-h", listeners, "-f", str(configuration)],
        answers,
        log=folder / "slapd.log",
    )
    process.start()
    trap = socket.create_server(("127.0.0.1", 0))
    trap.setblocking(False)
    try:
        _tool("ldapadd", port, _TREE.replace("{trap}", str(trap.getsockname()[1])), "-M")
        yield Slapd(folder, port, tls_port, process, trap)
    finally:
        trap.close()
        process.stop()


def _tool(name: str, port: int, ldif: str, *more: str) -> None:
    command = [name, *more, "-x", "-H", f"ldap://127.0.0.1:{port}", "-D", _ROOT]
    command += ["-w", _ROOT_PASSWORD]
    done = subprocess.run(command, input=ldif, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
