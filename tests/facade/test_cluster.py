"""The road from Python: plan, submit, follow, count."""

import pytest
from road import CREATE, backed_up, restore

from starrocks_restore_kernel.cluster import JobState
from starrocks_restore_kernel.dashboards import watch
from starrocks_restore_kernel.errors import (
    ConnectionFailed,
    JobFailed,
    LoginRefused,
    PlanRefused,
    ServerError,
    UsageProblem,
)
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.planning import Action, Plan, Verdict
from starrocks_restore_kernel.sandbox import Sandbox

COUNT = "SELECT COUNT(*) AS n, SUM(amount) AS worth FROM shop.orders"


def test_lost_rows_are_there_again(cluster: Cluster) -> None:
    """Back up, lose, plan, submit, follow, count: the mission in one test."""
    before = cluster.query(COUNT)[0]
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    plan = cluster.plan(restore(stamp))
    job = plan.submit().wait(60)

    assert Verdict.SAFE is plan.verdict
    assert job.succeeded
    assert before == cluster.query(COUNT)[0]
    assert [each.slim() for each in job.samples] == [each.slim() for each in cluster.restores.history.samples()]
    assert JobState.FINISHED is job.samples[-1].state
    (record,) = cluster.history()
    replayed = cluster.replay(record)
    assert ("FINISHED", job.submission) == (record.state, replayed.submission)
    assert job.samples == replayed.samples
    assert "at its end: what was restored is there, and as it should be (1 object)" in watch(replayed).text()
    assert job.text().split("\n\n")[0] in replayed.text()


def test_planning_changes_nothing(cluster: Cluster) -> None:
    """Neither rows nor jobs nor databases."""
    stamp = backed_up(cluster)
    seen = (cluster.query(COUNT)[0], cluster.frontend.databases())
    plan = cluster.plan(restore(stamp, head="monday FROM vault DATABASE shop AS copy"))

    assert "SRR213" in [each.code for each in plan.findings]
    assert seen == (cluster.query(COUNT)[0], cluster.frontend.databases())
    assert 0 == len(cluster.jobs())


def test_overwriting_needs_a_yes_and_then_happens(cluster: Cluster) -> None:
    """Only the restored partition is replaced: a merge, not a mirror."""
    stamp = backed_up(cluster)
    cluster.query("DELETE FROM shop.orders WHERE order_date >= '2024-01-01'")
    plan = cluster.plan(restore(stamp, "ON (orders PARTITION (p202402))"))

    assert Verdict.DESTRUCTIVE is plan.verdict
    with pytest.raises(PlanRefused, match="in shop: overwrite orders"):
        plan.submit()
    plan.submit(overwrite=True).wait(60)
    (months,) = cluster.query(
        "SELECT COUNT(DISTINCT MONTH(order_date)) AS n, MIN(MONTH(order_date)) AS m FROM shop.orders"
    )
    assert {"n": 1, "m": 2} == months


def test_a_plan_that_is_no_longer_true_is_not_sent(cluster: Cluster) -> None:
    """The yes is for what was shown."""
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    plan = cluster.plan(restore(stamp))
    cluster.query(
        "CREATE TABLE shop.orders (a INT) DUPLICATE KEY (a) DISTRIBUTED BY HASH (a) "
        "PROPERTIES ('replication_num' = '1')"
    )

    with pytest.raises(PlanRefused, match="the cluster has changed since this plan was made"):
        plan.submit()
    assert 0 == len(cluster.jobs())


def test_rows_that_come_meanwhile_do_not_hold_a_restore_up(cluster: Cluster) -> None:
    """A table that is written to all day can be restored over: what would be done to it is the same."""
    stamp = backed_up(cluster)
    plan = cluster.plan(restore(stamp))
    cluster.query("DELETE FROM shop.orders WHERE order_date >= '2024-02-01'")
    cluster.query("INSERT INTO shop.orders SELECT * FROM shop.orders WHERE MONTH(order_date) = 1")

    assert "FINISHED" == plan.submit(overwrite=True).wait(60).state.value


def test_what_the_plan_foretells_of_replicas_is_what_would_have_happened(cluster: Cluster) -> None:
    """Sent past the plan, the server cancels with the very text that the plan showed."""
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    sql = restore(stamp, replicas=3)
    (foretold,) = [each.message for each in cluster.plan(sql).findings if each.severity == "error"]
    cluster.frontend.send(sql)

    with pytest.raises(JobFailed) as caught:
        cluster.attach("shop").wait(60)
    assert f"the restore of monday into shop was CANCELLED: {foretold}" == caught.value.message


def test_a_job_cancelled_underneath_is_told(cluster: Cluster) -> None:
    """Somebody else cancels: the wait ends, with the server's words."""
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    job = cluster.plan(restore(stamp)).submit()
    cluster.frontend.send("CANCEL RESTORE FROM shop")

    with pytest.raises(JobFailed, match="was CANCELLED: user cancelled, current state: "):
        job.wait(60)
    assert not cluster.query("SHOW TABLES FROM shop LIKE 'orders'")


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        (("vault", "vautl"), "SRR201", "did you mean vault?"),
        (("monday", "munday"), "SRR202", "did you mean monday?"),
        (("(orders)", "(order_s)"), "SRR207", "did you mean orders?"),
        (
            ("(orders)", "(orders PARTITION (p1))"),
            "SRR208",
            "it has p202401, p202402, p202403, p202404, p202405, p202406",
        ),
    ],
)
def test_unknown_names_block_with_a_suggestion(cluster: Cluster, change: tuple[str, str], code: str, hint: str) -> None:
    """Repository, snapshot, table, partition: before anything is sent."""
    plan = cluster.plan(restore(backed_up(cluster)).replace(*change))

    assert [(code, hint)] == [(each.code, each.hint) for each in plan.findings if each.severity == "error"]
    assert Verdict.BLOCKED is plan.verdict


def test_an_unknown_timestamp_is_answered_with_the_right_one(cluster: Cluster) -> None:
    """Truncated is the usual way."""
    stamp = backed_up(cluster)
    (found,) = [each for each in cluster.plan(restore(stamp[:-4])).findings if each.severity == "error"]

    assert ("SRR203", f"write '{stamp}'") == (found.code, found.hint)


def test_a_whole_snapshot_says_what_happens_to_each_object(cluster: Cluster) -> None:
    """Tables are overwritten, the view is replaced without a check."""
    plan = cluster.plan(restore(backed_up(cluster), on=""))

    assert {
        "customers": Action.OVERWRITE,
        "daily_revenue": Action.REPLACE,
        "order_items": Action.OVERWRITE,
        "orders": Action.OVERWRITE,
    } == {each.source: each.action for each in plan.effects}


def test_an_older_server_is_spoken_to_in_its_grammar() -> None:
    """3.3 knows no DATABASE clause, and the plan's SQL has none."""
    with Sandbox(speed=300.0, version="3.3") as sandbox, connect(sandbox.url, poll_interval=0.02) as cluster:
        stamp = backed_up(cluster)
        cluster.query("DROP TABLE shop.orders FORCE")
        plan: Plan = cluster.plan(restore(stamp))
        plan.submit().wait(60)

        assert "3.3" == cluster.version
        assert 12_000 == cluster.query(COUNT)[0]["n"]


def test_nobody_there_is_said_in_two_lines(sandbox: Sandbox) -> None:
    """What, where, and what to look at."""
    with pytest.raises(ConnectionFailed, match=r"starrocks://root@127\.0\.0\.1:1 does not answer") as caught:
        connect("starrocks://root@127.0.0.1:1")
    assert 2 == len(caught.value.lines())


@pytest.mark.parametrize("user", ["ann:wrong", "nobody:s3cret", "ann"])
def test_a_refused_login_names_no_password(sandbox: Sandbox, user: str) -> None:
    """Neither the right one nor the one that was tried."""
    with pytest.raises(LoginRefused, match="refused the login: Access denied for user") as caught:
        connect(f"starrocks://{user}@127.0.0.1:{sandbox.port}")
    assert "wrong" not in f"{caught.value} {caught.value!r}"
    assert "s3cret" not in f"{caught.value} {caught.value!r}"


def test_the_password_is_in_nothing_that_a_connection_shows(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not in the cluster, its frontend, nor in what is kept."""
    with connect(f"starrocks://ann:s3cret@127.0.0.1:{sandbox.port}") as cluster:
        shown = f"{cluster!r} {cluster.html()} {cluster.frontend!r} {cluster.frontend.address!r} {vars(cluster)!r}"

    assert "ann@" in shown
    assert "s3cret" not in shown


def test_the_driver_s_error_does_not_repeat_a_secret(cluster: Cluster) -> None:
    """A refused CREATE REPOSITORY leaves its keys in no message and no chained exception."""
    cluster.run(CREATE)
    sql = CREATE + ' PROPERTIES ("aws.s3.secret_key" = "s3cret")'
    with pytest.raises(ServerError, match="repository with same name already exist") as caught:
        cluster.run(sql)

    assert "s3cret" not in f"{caught.value} {caught.value!r}"
    assert caught.value.__suppress_context__


def test_only_a_sandbox_can_be_put_back(sandbox: Sandbox) -> None:
    """``fresh`` never reaches a real cluster."""
    with pytest.raises(UsageProblem, match="only a sandbox"):
        connect(sandbox.url, fresh=True)


def test_statements_that_change_nothing_are_run_and_not_planned(cluster: Cluster) -> None:
    """SHOW gives its rows."""
    cluster.run(CREATE)

    assert "vault" == cluster.run("SHOW REPOSITORIES")[0]["RepoName"]
    with pytest.raises(UsageProblem, match="changes nothing"):
        cluster.plan("SHOW REPOSITORIES")


def test_percent_signs_reach_the_server_as_they_are(cluster: Cluster) -> None:
    """The driver formats nothing."""
    assert "100%s :x %%" == cluster.query("SELECT '100%s :x %%' AS text")[0]["text"]
