import sysconfig
from pathlib import Path

from indaba.operate.install import pip_settings, uv_environment


def test_variables_win_over_pips_files() -> None:
    listing = ":env:.index-url='https://near/packages'\nglobal.index-url='https://far/packages'\n"
    assert pip_settings(listing) == {"index-url": "https://near/packages"}


def test_settings_of_other_pip_commands_are_left_out() -> None:
    assert pip_settings("download.index-url='https://far/packages'\n") == {}


def test_uv_learns_the_mirror_that_pip_uses() -> None:
    told = uv_environment({"index-url": "https://near/packages", "cert": "/etc/near.pem"}, {})
    assert told["UV_DEFAULT_INDEX"] == "https://near/packages"
    assert told["SSL_CERT_FILE"] == "/etc/near.pem"


def test_several_folders_of_wheels_are_all_told() -> None:
    told = uv_environment({"find-links": "/one /two"}, {})
    assert told["UV_FIND_LINKS"] == "/one,/two"


def test_what_the_person_has_set_for_uv_stands() -> None:
    told = uv_environment({"index-url": "https://near/packages"}, {"UV_DEFAULT_INDEX": "mine"})
    assert "UV_DEFAULT_INDEX" not in told


def test_what_is_installed_is_compiled_before_the_first_start() -> None:
    packages = Path(sysconfig.get_paths()["purelib"])
    assert list(packages.glob("pydantic/__pycache__/main.*.pyc"))
