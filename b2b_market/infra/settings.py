"""Every setting of the product, read from the environment once per process."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where the product runs; development shows the component kit and the mailbox."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Settings with the prefix ``B2B_MARKET_``; secrets never print."""

    model_config = SettingsConfigDict(env_prefix="B2B_MARKET_", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: SecretStr
    """The application's login: neither owner of the tables nor BYPASSRLS."""
    migration_database_url: SecretStr | None = None
    """The owner's login, for `migrate` and backups only; processes that serve requests do not have it."""
    redis_url: SecretStr
    broker_url: SecretStr | None = None
    """Celery's broker; where unset, ``redis_url`` serves."""
    data_dir: Path = Path("var")
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr | None = None
    """``smtp[s]://user:password@host:port?from=address``; where unset, mail lands in the product's mailbox page."""
    storage_url: str | None = None
    """Object store of files, such as ``s3://bucket``; where unset, a folder below ``data_dir``."""
    clamd_address: str | None = None
    metrics_token: SecretStr | None = None
    """Bearer token that `/metrics` asks for; where unset, only loopback may read it."""
    log_level: str = "INFO"
    environment: Environment = Environment.PRODUCTION
    pool_size: int = Field(default=20, ge=1, le=200)
    prepare_statements: bool = True
    """Off behind a pooler that gives each transaction another server connection."""
    web_threads: int = Field(default=16, ge=1, le=200)
    demo: bool = False

    @property
    def development(self) -> bool:
        """Whether the development-only pages are served."""
        return self.environment is Environment.DEVELOPMENT
