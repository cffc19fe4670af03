import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from indaba.operate.local.engines import Postgres
from indaba.operate.local.engines.identity import as_user, fitting
from indaba.operate.local.engines.trouble import EngineFailed, FolderTaken, OtherVersion


@pytest.fixture(scope="module")
def sleeper() -> Iterator[int]:
    """The number of a process that has nothing to do with us."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


async def _ask(postgres: Postgres, database: str, *statements: str) -> object:
    session = await asyncpg.connect(
        host=str(postgres.sockets), user=database, database=database, port=5432
    )
    try:
        for statement in statements:
            answer = await session.fetchval(statement)
    finally:
        await session.close()
    return answer


async def test_what_was_committed_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    await postgres.provision(["library"])
    await _ask(postgres, "library", "CREATE TABLE shelf (n int)", "INSERT INTO shelf VALUES (7)")
    await postgres.stop()
    again = Postgres(tmp_path / "pg")
    await again.start()
    await again.provision(["library"])
    try:
        assert await _ask(again, "library", "SELECT n FROM shelf") == 7
    finally:
        await again.stop()


async def test_a_killed_server_comes_back_although_its_number_was_given_away(
    tmp_path: Path, sleeper: int
) -> None:
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    await postgres.provision(["library"])
    await _ask(postgres, "library", "CREATE TABLE shelf (n int)", "INSERT INTO shelf VALUES (7)")
    assert postgres.pid
    os.kill(postgres.pid, signal.SIGKILL)
    await postgres.stop()
    trace = tmp_path / "pg" / "cluster" / "postmaster.pid"
    trace.write_text(str(sleeper) + "\n" + "\n".join(trace.read_text().splitlines()[1:]) + "\n")
    await postgres.start()
    try:
        assert await _ask(postgres, "library", "SELECT n FROM shelf") == 7
    finally:
        await postgres.stop()


async def test_a_second_owner_is_told_which_folder_is_taken(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    try:
        with pytest.raises(FolderTaken, match=str(tmp_path / "pg")):
            await Postgres(tmp_path / "pg").start()
        assert postgres.alive
    finally:
        await postgres.stop()


async def test_a_folder_of_another_major_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    cluster = tmp_path / "pg" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OtherVersion, match="PostgreSQL 17"):
        await Postgres(tmp_path / "pg").start()
    assert sorted(tmp_path.rglob("*")) == before


async def test_a_half_made_folder_is_made_anew(tmp_path: Path) -> None:
    left = tmp_path / "pg" / "cluster.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    assert postgres.alive
    await postgres.stop()


async def test_a_broken_folder_is_explained_with_the_end_of_the_log(tmp_path: Path) -> None:
    cluster = tmp_path / "pg" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    with pytest.raises(EngineFailed, match=r"(?s)stopped while starting.*postgresql\.conf|FATAL"):
        await Postgres(tmp_path / "pg").start()


async def test_a_very_long_path_is_no_obstacle(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / ("a" * 60) / ("b" * 60))
    await postgres.start()
    await postgres.provision(["library"])
    try:
        assert await _ask(postgres, "library", "SELECT 1") == 1
    finally:
        await postgres.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_where_namespaces_are_refused_root_steps_down_to_an_ordinary_user() -> None:
    nobody = pwd.getpwnam("nobody")
    probe = subprocess.run(["true"], preexec_fn=as_user(nobody).enter, check=False)
    assert probe.returncode == 0
    if not _reaches(nobody, Path(__file__)):
        pytest.skip("this checkout is closed to the user nobody")
    home = Path("/tmp") / f"indaba-test-{os.getpid()}"
    home.mkdir(mode=0o711)
    postgres = Postgres(home / "pg", as_user(nobody))
    try:
        await postgres.start()
        assert (home / "pg" / "cluster" / "PG_VERSION").stat().st_uid == nobody.pw_uid
        await postgres.provision(["library"])
        assert await _ask(postgres, "library", "SELECT 1") == 1
    finally:
        await postgres.stop()
        subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps its files in a namespace")
async def test_as_root_all_files_stay_the_property_of_root(tmp_path: Path) -> None:
    if fitting().owner is not None:
        pytest.skip("this machine refuses user namespaces")
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    await postgres.stop()
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {0}


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as a plain user")
def test_a_plain_user_starts_the_engines() -> None:
    nobody = pwd.getpwnam("nobody")
    if not _reaches(nobody, Path(sys.executable).resolve()):
        pytest.skip("this Python is closed to the user nobody")
    home = Path("/tmp") / f"indaba-plain-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    words = (
        "import asyncio, pathlib; from indaba.operate.local.engines import Engines\n"
        f"engines = Engines(pathlib.Path({str(home)!r}))\n"
        "asyncio.run(engines.start()); print(engines.fallen()); asyncio.run(engines.stop())"
    )
    try:
        said = subprocess.run(
            [sys.executable, "-c", words],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (said.stdout, said.returncode) == ("[]\n", 0), said.stderr
    finally:
        subprocess.run(["rm", "-rf", str(home)], check=True)


def _reaches(user: pwd.struct_passwd, path: Path) -> bool:
    test = ["test", "-r", str(path)]
    return subprocess.run(test, user=user.pw_uid, group=user.pw_gid, check=False).returncode == 0
