"""``/v1/jobs``: how far articles are that were handed over, and what came of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.written as written
from service.api.access import TheCaller, requires
from service.api.problems import responses
from service.api.request import documented, no_parameters
from service.jobs.job import job_json
from service.jobs.runner import Runner
from service.jobs.store import unknown_job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
JobId = Annotated[str, Path(description="The job's id.", examples=[written.JOB["id"]])]


async def _runner(request: Request) -> Runner:
    runner: Runner = request.app.state.runner
    return runner


TheRunner = Annotated[Runner, Depends(_runner)]


@router.get(
    "",
    operation_id="jobs",
    response_model=written.JobList,
    responses=documented(written.JOBS) | responses(400, 422, 500, 503),
    dependencies=[Depends(requires("read"))],
)
def jobs(wanted: Annotated[written.JobParameters, Query()], runner: TheRunner, caller: TheCaller) -> Response:
    """List the jobs, newest first. A key that may not see all articles sees its own jobs only."""
    found = runner.store.newest(lambda kept: kept.is_seen_by(caller), wanted.limit + 1, wanted.cursor)
    shown = found[: wanted.limit]
    more = len(found) > len(shown)
    return JSONResponse({"jobs": [job_json(job) for job in shown], "next": shown[-1].id if more else None})


@router.get(
    "/{job_id}",
    operation_id="job",
    response_model=written.Job,
    responses=documented(written.JOB) | responses(404, 422, 500, 503),
    dependencies=[Depends(requires("read", "write")), Depends(no_parameters)],
)
def job(job_id: JobId, runner: TheRunner, caller: TheCaller) -> Response:
    """How far a job is, what it has changed, and what could not be read."""
    kept = runner.store.get(job_id)
    if not kept.is_seen_by(caller):
        raise unknown_job(job_id)
    return JSONResponse(job_json(kept.job))


@router.delete(
    "/{job_id}",
    operation_id="forget_job",
    status_code=204,
    response_class=Response,
    responses=written.GONE | responses(404, 409, 422, 500, 503),
    dependencies=[Depends(requires("write")), Depends(no_parameters)],
)
def forget(job_id: JobId, runner: TheRunner, caller: TheCaller) -> Response:
    """Take back a job that has not begun; of one that is over, forget the record. Articles stay as they are."""
    runner.store.forget(job_id, lambda kept: kept.is_seen_by(caller))
    return Response(status_code=204)
