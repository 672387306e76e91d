"""The plan's limits and the regional Workers: what `/pitchey scale` counts against."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from bot.settings.values import Days, Name, Table, Url

Count = Annotated[int, Strict(), Field(ge=0, le=10**15)]


def _country(code: str) -> str:
    if not (len(code) == 2 and code.isascii() and code.isalnum() and code.upper() == code):
        raise ValueError("is not a country as Cloudflare writes it: two capitals, such as DE")
    return code


Country = Annotated[str, Strict(), AfterValidator(_country)]


class Region(Table):
    """One regional Worker; `countries` are served by it. The `default` one serves all others."""

    name: Name
    url: Url
    countries: tuple[Country, ...] = ()
    default: Annotated[bool, Strict()] = False


class Scale(Table):
    """What the plan includes, a month; 0 where nothing limits it. See docs/reference/settings.md.

    `history_days` are looked back for a trend, and a limit closer than `warn_days` is a warning.
    """

    requests_a_month: Count = 10_000_000
    cpu_ms_a_month: Count = 30_000_000
    subrequests_a_request: Count = 1_000
    kv_reads_a_month: Count = 10_000_000
    kv_writes_a_month: Count = 1_000_000
    r2_writes_a_month: Count = 1_000_000
    r2_reads_a_month: Count = 10_000_000
    r2_storage_gb: Count = 10
    history_days: Days = 28
    warn_days: Days = 30
    regions: tuple[Region, ...] = ()

    @model_validator(mode="after")
    def _one_region_a_country(self) -> Self:
        names = [region.name for region in self.regions]
        if len(set(names)) < len(names):
            raise ValueError("has two regions of the same name")
        countries = [country for region in self.regions for country in region.countries]
        double = sorted({each for each in countries if countries.count(each) > 1})
        if double:
            raise ValueError(f"gives {', '.join(double)} to two regions")
        if sum(region.default for region in self.regions) > 1:
            raise ValueError("has two default regions")
        return self

    @property
    def default_region(self) -> Region | None:
        """Who serves every country that no region names: the default one, else the first."""
        chosen = next((each for each in self.regions if each.default), None)
        return chosen or (self.regions[0] if self.regions else None)

    def serving(self, country: str) -> Region | None:
        """The region that serves a country; None where there are no regions."""
        found = next((each for each in self.regions if country in each.countries), None)
        return found or self.default_region
