"""Commands of the ground floor: start, serve, work, migrate, look after."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import backup as backups
from portal.core import clock, events, jobs, migrate, serving, smtp
from portal.core.config import SETTINGS, environment_name
from portal.core.errors import Refused
from portal.core.events import EventRow, Job
from portal.core.portal import Portal


def upgrade_database(house: Portal) -> list[str]:
    """Migrate to the present, with a backup first; return what moved."""
    owners = migrate.owners(house.root, house.plugins)
    return migrate.upgrade(house.db, owners, backup_to=house.config.instance / "backups", now=clock.now())


def prepare(house: Portal, hook: str) -> Iterator[str]:
    """Run the steps of all rooms and plugins in their order; yield what each has to say."""
    steps = [step for steps in house.plugins.on(hook) for step in steps]
    for step in sorted(steps, key=lambda step: step.order):
        sentence = step.run()
        if sentence:
            yield sentence


@click.command()
@click.pass_obj
def start(house: Portal) -> None:
    """Prepare what is missing, then serve and work until Ctrl-C."""
    serving.refuse_taken_port(house.config)
    for line in upgrade_database(house):
        click.echo(f"Database: {line}")
    for sentence in prepare(house, "start_steps"):
        click.echo(sentence)
    house.close()
    where = serving.address(house.config)
    code = serving.run_together(
        house.config, root=house.root, ready=lambda: click.echo(f"\nThe portal is at {where}  (Ctrl-C stops it)")
    )
    click.echo("Stopped.")
    sys.exit(code)


@click.command()
@click.pass_obj
def demo(house: Portal) -> None:
    """Fill a portal with invented people, all articles and some history; for trying out, never for work."""
    upgrade_database(house)
    for hook in ("start_steps", "demo_steps"):
        for sentence in prepare(house, hook):
            click.echo(sentence)
    house.close()


@click.command()
@click.pass_obj
def serve(house: Portal) -> None:
    """Run the web server alone (the worker is `portal worker`)."""
    serving.refuse_taken_port(house.config)
    house.close()
    os.chdir(house.root)
    command = serving.server_command(house.config)
    os.execv(command[0], command)  # noqa: S606 - our own command


@click.command()
@click.pass_obj
def worker(house: Portal) -> None:
    """Run one worker: listeners, schedules, the search index, and the mails beside them."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    jobs.work_in_lanes(lambda lane: house.worker(lane=lane), stop)
    house.close()


@click.group()
def db() -> None:
    """The database and its migrations."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(house: Portal) -> None:
    """Bring the database to the present; a copy is kept first."""
    moved = upgrade_database(house)
    click.echo("\n".join(moved) if moved else "The database is up to date.")


@db.command("status")
@click.pass_obj
def db_status(house: Portal) -> None:
    """Show where the database stands, for the core and for each plugin."""
    for owner in migrate.owners(house.root, house.plugins):
        where = migrate.standing(house.db, owner)
        click.echo(f"{where.owner}: {where.present or 'empty'}, head {where.head}")


@db.command("downgrade")
@click.argument("owner")
@click.argument("revision")
@click.pass_obj
def db_downgrade(house: Portal, owner: str, revision: str) -> None:
    """Take OWNER (core, or a plugin) back to REVISION; a copy is kept first."""
    found = {each.name: each for each in migrate.owners(house.root, house.plugins)}
    if owner not in found:
        raise Refused(f"Nothing called {owner} has migrations.", hint=f"There are: {', '.join(found)}.")
    now = clock.now()
    migrate.copy_sqlite(house.db, house.config.instance / "backups" / f"before-downgrade-{now:%Y%m%d-%H%M%S}.sqlite")
    migrate.downgrade(house.db, found[owner], revision)
    click.echo(f"{owner} stands at {revision}.")


@click.group("events")
def events_group() -> None:
    """What happened, and who listens."""


@events_group.command("list")
@click.pass_obj
def events_list(house: Portal) -> None:
    """Show every event with its room and its listeners."""
    for name in house.bus.live_events():
        listeners = ", ".join(ear.key for ear in house.bus.listening(name)) or "nobody"
        click.echo(f"{name}  ({house.bus.owners[name]}: {', '.join(sorted(house.bus.events[name].keys()))})")
        click.echo(f"    heard by {listeners}")


@events_group.command("replay")
@click.option("--to", "owner", required=True, help="The room or plugin that catches up.")
@click.pass_obj
def events_replay(house: Portal, owner: str) -> None:
    """Queue all past events again for one listener room or plugin."""
    house.plugins.get(owner)
    with house.db.reading() as session:
        last_id = session.scalar(sa.select(sa.func.max(EventRow.id))) or 0
    with click.progressbar(length=last_id, label="Queueing") as bar:
        at = 0
        while True:
            with house.db.transaction() as session:
                after = events.replay(session, house.bus, owner, now=clock.now(), after_id=at)
            if not after:
                break
            bar.update(after - at)
            at = after
    click.echo(f"Queued. The worker now tells {owner} what it missed.")


@click.group("jobs")
def jobs_group() -> None:
    """Work that waits, and work that failed."""


@jobs_group.command("list")
@click.option("--limit", default=50, show_default=True, help="Most rows to show.")
@click.pass_obj
def jobs_list(house: Portal, limit: int) -> None:
    """Show parked jobs with their error, then how many wait."""
    with house.db.reading() as session:
        parked = sa.and_(Job.parked_at.is_not(None), Job.listener.in_(house.bus.live_listeners()))
        query = sa.select(Job).where(parked).order_by(Job.id).limit(limit)
        for job in session.scalars(query):
            error = (job.error or "").strip().splitlines()
            last = error[-1] if error else ""
            click.echo(f"{job.id}  {job.listener}  event {job.event_id}  {job.tries} tries: {last}")
        figures = jobs.figures(session, house.bus)
    seen = figures.worker_seen_at
    click.echo(
        f"{figures.waiting} waiting, {figures.parked} parked. Worker seen: {seen:%Y-%m-%d %H:%M:%S} UTC"
        if seen
        else f"{figures.waiting} waiting, {figures.parked} parked. No worker is running."
    )


@jobs_group.command("retry")
@click.argument("job_id", type=click.IntRange(1, 2**63 - 1), required=False)
@click.pass_obj
def jobs_retry(house: Portal, job_id: int | None) -> None:
    """Make parked jobs due again: all, or the one with JOB_ID."""
    with house.db.transaction() as session:
        count = jobs.retry_parked(session, clock.now(), job_id=job_id)
    click.echo(f"{count} jobs are due again.")


@jobs_group.command("run")
@click.pass_obj
def jobs_run(house: Portal) -> None:
    """Do what is due now, in this process, then stop."""
    done, worker_ = 0, house.worker()
    while count := worker_.run_due(clock.now()):
        done += count
    click.echo(f"{done} jobs done.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def backup(house: Portal, path: Path) -> None:
    """Write a backup to the new folder PATH while the portal runs on."""
    manifest = backups.make(house.db, house.config, path, now=clock.now())
    click.echo(f"Backup of {len(manifest.files)} files in {path}. It holds the secret key: keep it private.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Even though a worker was seen a moment ago.")
@click.pass_obj
def restore(house: Portal, path: Path, force: bool) -> None:
    """Put the backup in PATH in the place of the present database."""
    kept = backups.restore(house.db, house.config, path, now=clock.now(), force=force)
    if kept:
        click.echo(f"The database from before is kept as {kept}.")
    click.echo("Restored. The next start migrates it and builds the search index.")


@click.command()
@click.pass_obj
def doctor(house: Portal) -> None:
    """Look whether all is well; ends with 1 when something is not."""
    faults = 0
    for name, look in _looks(house):
        try:
            sentences = look()
        except Exception as fault:  # noqa: BLE001 - a look that fails is a finding
            sentences = [f"could not be looked at: {fault}"]
        click.echo(f"{'ok   ' if not sentences else 'fault'}  {name}")
        for sentence in sentences:
            faults += 1
            click.echo(f"       {sentence}")
    sys.exit(1 if faults else 0)


def _looks(house: Portal) -> list[tuple[str, Callable[[], list[str]]]]:
    def asked(run: Callable[[Session], Sequence[str]]) -> Callable[[], list[str]]:
        def look() -> list[str]:
            with house.db.reading() as session:
                return list(run(session))

        return look

    checks = [check for checks in house.plugins.on("checks") for check in checks]
    return [(check.name, asked(check.run)) for check in checks]


def _without_password(address: str) -> str:
    return sa.make_url(address).render_as_string(hide_password=True) if address else address


@click.command("settings")
@click.pass_obj
def settings(house: Portal) -> None:
    """Show every setting with its value and meaning."""
    rows = [(item.name, item) for item in SETTINGS]
    rows += [(f"{member.name}.{item.name}", item) for member in house.plugins for item in member.settings]
    for name, item in rows:
        value = _without_password(str(house.config[name])) if name == "database_url" else house.config[name]
        if item.secret and value:
            value = "(set, not shown)"
        mark = "" if value == item.default else f"  (default {item.default!r})"
        click.echo(f"{environment_name(name)}={value}{mark}\n    {item.help}")


@click.group("mail")
def mail_group() -> None:
    """What the portal sends to people."""


@mail_group.command("test")
@click.argument("address")
@click.pass_obj
def mail_test(house: Portal, address: str) -> None:
    """Send one mail to ADDRESS at once, and say what the mail server answered."""
    postbox = smtp.postbox_of(house.config)
    if postbox is None:
        raise Refused("No mail server is set.", hint="Set mail_server and mail_from; `portal settings` lists the rest.")
    envelope = smtp.Envelope(smtp.mail_address(address), secrets.token_hex(16), clock.now())
    try:
        postbox.send(envelope, house.render_mail("core/mail/trial", ""))
    except (smtp.MailDelayed, smtp.MailRefused) as fault:
        raise Refused(str(fault), hint="`portal settings` shows what is set.") from fault
    click.echo(f"{postbox.server} took a mail to {envelope.address}. See whether it arrives, and whether as junk.")


@click.group("plugins")
def plugins_group() -> None:
    """Parts that can be switched on and off."""


@plugins_group.command("list")
@click.pass_obj
def plugins_list(house: Portal) -> None:
    """Show every plugin and whether it is on."""
    for member in house.plugins.switchable:
        state = "on" if house.plugins.switches.is_on(member.name) else "off"
        click.echo(f"{state:3}  {member.name} {member.version}  {member.title}")
    for left in house.plugins.left_out:
        click.echo(f"---  {left.name}: {left.reason}")
    if not house.plugins.switchable and not house.plugins.left_out:
        click.echo("There are no plugins.")


@plugins_group.command("switch")
@click.argument("name")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.pass_obj
def plugins_switch(house: Portal, name: str, state: str) -> None:
    """Turn the plugin NAME on or off."""
    with house.db.transaction() as session:
        house.plugins.switches.switch(session, name, on=state == "on", by=None, now=clock.now())
    click.echo(f"{name} is {state}. Every process follows within two seconds.")


COMMANDS = [
    *(start, demo, serve, worker, db, events_group, jobs_group, mail_group),
    *(backup, restore, doctor, settings, plugins_group),
]
