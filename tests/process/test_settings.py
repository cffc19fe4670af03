from pathlib import Path

import pytest
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.process.settings import BadSetting, Settings, read, variable


class _Kiosk(Settings):
    model_config = SettingsConfigDict(env_prefix="INDABA_KIOSK_", extra="ignore", frozen=True)

    password: str = Field(description="Secret")
    port: int = Field(default=80, ge=1, le=65535)


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDABA_KIOSK_PASSWORD", "s3cret")
    monkeypatch.setenv("INDABA_KIOSK_PORT", "8080")

    assert read(_Kiosk).port == 8080


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file\n")
    monkeypatch.setenv("INDABA_KIOSK_PASSWORD_FILE", str(tmp_path / "password"))

    assert read(_Kiosk).password == "from a file"


def test_a_wrong_setting_is_named_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDABA_KIOSK_PORT", "eighty")

    with pytest.raises(BadSetting) as bad:
        read(_Kiosk)

    assert "INDABA_KIOSK_PASSWORD: is not set." in str(bad.value)
    assert "INDABA_KIOSK_PORT: " in str(bad.value)


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDABA_KIOSK_PASSWORD_FILE", "/nowhere/at-all")

    with pytest.raises(BadSetting, match="INDABA_KIOSK_PASSWORD_FILE"):
        read(_Kiosk)


def test_a_variable_is_the_prefix_and_the_field() -> None:
    assert variable(_Kiosk, "port") == "INDABA_KIOSK_PORT"
