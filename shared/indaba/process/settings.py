"""Settings from the environment; secrets from files; a wrong one fails at start, by name."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from indaba.contracts.keeping import shorter_periods
from indaba.contracts.limits import (
    FACILITATORS_SHARE,
    LAST_SHARE,
    MEMBERS_SHARE,
    Limit,
    Whose,
)

S = TypeVar("S", bound="Settings")
_NODE = r"[^/@,\s:]+(:\d{1,5})?"
_BUS = re.compile(
    rf"unix://\S+|rediss?://([^/@\s]*@)?{_NODE}(/\S*)?|"
    rf"rediss?\+cluster://([^/@\s]*@)?{_NODE}(,{_NODE})*/?"
)


class BadSetting(Exception):  # noqa: N818 - read by people: "Bad setting: ..."
    """A setting is missing or wrong. Its text names every variable concerned."""


class _FromFiles(EnvSettingsSource):
    """`INDABA_X_FILE` names a file whose content is the value of `INDABA_X`."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - likewise
        field_name: str,
    ) -> tuple[Any, str, bool]:
        name = f"{self.env_prefix}{field_name}".upper()
        path = os.environ.get(f"{name}_FILE")
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise BadSetting(f"{name}_FILE: cannot read {path} ({error.strerror}).") from error


class Settings(BaseSettings):
    """What every process reads. A subclass sets its own `env_prefix`."""

    model_config = SettingsConfigDict(env_prefix="INDABA_", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - we read no .env
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nor a secrets folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then files named by `..._FILE` variables."""
        return init_settings, env_settings, _FromFiles(settings_cls)


def _bus_url(given: str) -> str:
    if not _BUS.fullmatch(given):
        raise PydanticCustomError(
            "bus-url",
            "must be like redis://host:6379/0, rediss://..., unix:///path.sock or "
            "redis+cluster://one:6379,two:6379",
        )
    return given


def _periods(given: tuple[str, ...]) -> tuple[str, ...]:
    try:
        shorter_periods(given)
    except ValueError as error:
        raise PydanticCustomError("periods", "{why}", {"why": str(error)}) from None
    return given


class KeepingSettings(Settings):
    """How long things are kept, where operators want it shorter than the table says."""

    shorter_periods: Annotated[tuple[str, ...], AfterValidator(_periods)] = Field(
        default=(),
        description="Keep less long than docs/keeping.md says: names and days, the same for all "
        'processes (JSON list): ["feedback=30"]',
    )


class ProcessSettings(KeepingSettings):
    """What every process needs to take part."""

    bus_url: Annotated[str, AfterValidator(_bus_url)] = Field(
        description="Valkey or Redis: redis://host:6379/0, unix:///path.sock, "
        "redis+cluster://one:6379,two:6379"
    )
    passport_public_key: str = Field(description="Ed25519 public key, PEM")
    files_folder: Path = Field(
        default=Path("files"), description="Folder of saved files; bots and the library share it"
    )
    replica: str = Field(default="1", description="Stable name of this copy of the process")
    health_host: str = Field(default="127.0.0.1", description="Where /live and /ready listen")
    health_port: int = Field(default=0, ge=0, le=65535, description="0: no health server")
    log_json: bool | None = Field(default=None, description="Empty: JSON unless on a terminal")


def variable(cls: type[Settings], field: str) -> str:
    """The environment variable of a settings field."""
    return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


def read(cls: type[S], **given: Any) -> S:
    """Read settings. Raises `BadSetting` naming each variable and what is wrong with it."""
    try:
        return cls(**given)
    except ValidationError as error:
        lines = [
            f"{variable(cls, str(e['loc'][0]))}: "
            + ("is not set." if e["type"] == "missing" else f"{e['msg']}.")
            for e in error.errors()
        ]
        raise BadSetting("\n".join(lines)) from None
    except SettingsError as error:
        if isinstance(error.__cause__, BadSetting):
            raise error.__cause__ from None
        raise BadSetting(f"{cls.__name__}: {error}.") from None


def most(limit: Limit) -> Any:
    """The field `most_<name>` of a service's settings: how much a limit allows."""
    unit = " (MB)" if limit.size else ""
    about = f"Limit: {limit.about}{unit}"
    if limit.whose is Whose.COMMUNITY:
        about += (
            f". One member may use {MEMBERS_SHARE} % of the limit, one facilitator "
            f"{FACILITATORS_SHARE} %; the last {LAST_SHARE} % are for facilitators"
        )
    return Field(default=limit.most, ge=1, le=limit.highest, description=about)


def allowed(own: Settings) -> dict[str, int]:
    """How much each limit of a service allows, by its name."""
    return {
        name.removeprefix("most_"): getattr(own, name)
        for name in type(own).model_fields
        if name.startswith("most_")
    }
