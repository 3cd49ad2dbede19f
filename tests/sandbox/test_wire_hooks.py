from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pymysql
import pytest
from sandbox.test_wire_login import served
from sandbox.wire_client import RawClient, ask

from starrocks_restore_kernel.sandbox.faults import Fault, FaultKind
from starrocks_restore_kernel.sandbox.model.accounts import Account
from starrocks_restore_kernel.sandbox.statements.secrets import without_secrets
from starrocks_restore_kernel.sandbox.wire.statement_log import LoggedStatement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pymysql.connections import Connection
    from sandbox.small_cluster import Cluster

    from starrocks_restore_kernel.sandbox import Sandbox


def test_log_is_told_each_text(cluster: Cluster) -> None:
    """With who sent it, how long it took, and how it ended; prepared ones too, and no secret of them."""
    cluster.frontend.accounts.put(Account.with_password("root", ""))
    told: list[LoggedStatement] = []
    with served(cluster, log=told.append) as (_, port, _loop), RawClient(port) as client:
        client.login()
        client.query("SELECT 1")
        client.error(client.command(3, b"SELECT * FROM db1.nope"))
        client.error(client.command(3, b"CREATE USER eva IDENTIFIED BY 'hush' nonsense"))
        client.error(client.command(0x16, b"SELECT * FROM db1.nope"))
    assert [
        ("SELECT 1", 0),
        ("SELECT * FROM db1.nope", 5502),
        ("CREATE USER eva IDENTIFIED BY '***' nonsense", 1064),
        ("SELECT * FROM db1.nope", 5502),
    ] == [(each.text, each.error_code) for each in told]
    assert {("root", 1)} == {(each.user, each.connection_id) for each in told}
    assert all(each.seconds > 0 for each in told)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("SELECT 'BY', 1", "SELECT 'BY', 1"),
        ("CREATE USER a IDENTIFIED BY 'x', b", "CREATE USER a IDENTIFIED BY '***', b"),
        ("CREATE USER a IDENTIFIED WITH mysql_native_password AS '*AB'", None),
        ("SET PASSWORD = PASSWORD('x')", "SET PASSWORD = PASSWORD('***')"),
        ("SET PASSWORD FOR a = 'x'", "SET PASSWORD FOR a = '***'"),
        ("SET PASSWORD FOR 'a'@'%' = 'x'", "SET PASSWORD FOR 'a'@'%' = '***'"),
        (
            'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.access_key" = "AK")',
            'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.access_key" = "***")',
        ),
        (
            'CREATE EXTERNAL CATALOG c PROPERTIES ("type"="hive", "azure.blob.sas_token"="S", "a.password"="P")',
            'CREATE EXTERNAL CATALOG c PROPERTIES ("type"="hive", "azure.blob.sas_token"="***", "a.password"="***")',
        ),
        ("CREATE USER a IDENTIFIED BY 'never closed", "CREATE USER a IDENTIFIED BY '***"),
    ],
)
def test_secrets_are_struck_out(text: str, masked: str | None) -> None:
    """Wherever a statement may carry one, finished or not (SqlCredentialRedactor.java)."""
    expected = "CREATE USER a IDENTIFIED WITH mysql_native_password AS '***'" if masked is None else masked
    assert expected == without_secrets(text)


@pytest.fixture
def trouble(wired: Sandbox) -> Iterator[Callable[..., None]]:
    """Order trouble, and take it back at the end."""
    yield lambda *fault, **options: wired.frontend.faults.order(Fault(*fault, **options))
    wired.frontend.faults.clear()


def test_answer_is_cut_short(connect: Callable[..., Connection], trouble: Callable[..., None]) -> None:
    """In the midst of its rows, once; the next connection is served."""
    trouble(FaultKind.CUT, "select * from shop.orders*", times=1)
    broken = connect()
    with pytest.raises(pymysql.OperationalError) as caught:
        ask(broken, "SELECT * FROM shop.orders")
    assert 2013 == caught.value.args[0]
    assert 12000 == len(ask(connect(), "SELECT * FROM shop.orders"))


def test_ok_is_not_heard(connect: Callable[..., Connection], trouble: Callable[..., None]) -> None:
    """What was asked is done all the same, as on a real network."""
    trouble(FaultKind.CUT, "create database*", times=1)
    with pytest.raises(pymysql.OperationalError):
        ask(connect(), "CREATE DATABASE unheard")
    assert (("unheard",),) == ask(connect(), "SHOW DATABASES LIKE 'unheard'")
    ask(connect(), "DROP DATABASE unheard")


def test_nothing_is_answered_for_a_while(connect: Callable[..., Connection], trouble: Callable[..., None]) -> None:
    """To that statement; others are answered meanwhile, and a client that goes away leaves nothing behind."""
    trouble(FaultKind.HANG, "show restore*", times=1, seconds=3600.0)
    trouble(FaultKind.HANG, "show backup*", times=1, seconds=0.2)
    waiting, other = connect(read_timeout=1), connect()
    with ThreadPoolExecutor(1) as pool:
        hung = pool.submit(ask, waiting, "SHOW RESTORE FROM shop")
        began = time.monotonic()
        assert () == ask(other, "SHOW BACKUP FROM shop")
        assert time.monotonic() - began >= 0.2
        assert 2013 == hung.exception(10).args[0]  # type: ignore[union-attr] # it is asserted to be there
    assert () == ask(other, "SHOW RESTORE FROM shop")
