"""Sites."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from auth_service.rest.directory import SiteChange, SiteIn, SiteOut, SitePage, SitePath
from auth_service.service.sites import Sites
from common import logs
from common.httpkit.api import Api, Call, Endpoint

_TAG = "Sites"
_SITES = "/api/v1/sites"


@dataclass(frozen=True, slots=True)
class SiteResource:
    """Workplaces and schools."""

    sites: Sites

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint("GET", [_SITES], self.all, {200: SitePage}, tag=_TAG),
            Endpoint("POST", [_SITES], self.add, {201: SiteOut}, body=SiteIn, tag=_TAG),
            Endpoint(
                "PATCH",
                [f"{_SITES}/<id:site_id>"],
                self.change,
                {200: SiteOut},
                path=SitePath,
                body=SiteChange,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def all(self, call: Call) -> dict[str, Any]:
        """Every site."""
        found = self.sites.sites(call.subject)
        return {"items": [asdict(site) for site in found], "next_cursor": None}

    def add(self, call: Call) -> dict[str, Any]:
        """Make a site."""
        values = call.body.model_dump()
        return asdict(self.sites.add_site(call.subject, values, logs.request_id()))

    def change(self, call: Call) -> dict[str, Any]:
        """Change a site."""
        values = {name: getattr(call.body, name) for name in call.body.model_fields_set}
        site = self.sites.change_site(call.subject, call.path.site_id, values, logs.request_id())
        return asdict(site)
