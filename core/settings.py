"""What the environment may say about this instance: one small, frozen object, read once at the edge of each process."""

import secrets
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting has a working default on one machine; `make run` passes the addresses of what it started."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mainspring_home: Path = Field(
        Path(".mainspring"), description="Folder of all state that is not in Postgres."
    )
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = Field(
        None, description="Address under which people reach this instance, when a proxy is in front."
    )
    database_url: str = "postgresql://mainspring@127.0.0.1:5432/mainspring"
    database_pool: int = 10
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:port; replaces the captured inbox."
    )
    mail_from: str = "hello@mainspring.example"
    allow_private_urls: bool = Field(
        False, description="Let HTTP steps reach loopback and private addresses (tests, benchmarks)."
    )
    otel_exporter_otlp_endpoint: str | None = None
    worker_listen: str | None = Field(
        None,
        description="host:port at which a worker answers /healthz and /metrics; 127.0.0.1 unless you know why.",
    )
    log_level: str = "info"
    api_requests_per_minute: int = Field(200_000, description="Per API key.")

    @property
    def url(self) -> str:
        """The address that links in mails and on the terminal start with, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS; cookies are `__Host-` and `Secure` only then, or plain HTTP would lose them."""
        return self.url.startswith("https://")


@cache
def settings() -> Settings:
    return Settings()  # pyright: ignore[reportCallIssue] -- every field has a default or comes from the environment


def instance_secret(home: Path) -> bytes:
    """The 32 bytes from which this instance derives its keys; made on first use, readable by its owner only."""
    path = home / "secret.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(
                fresh
            )  # two processes may start at once: the first link wins, both read the same key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return bytes.fromhex(path.read_text().strip())
