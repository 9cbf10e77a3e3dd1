from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from b2b_market.ui.viewer import NavGroup, NavItem, Viewer

NOW = datetime(2026, 7, 1, tzinfo=UTC)
NAV = (
    NavGroup("", (NavItem("Workbench", "/"), NavItem("RFQs", "/rfqs", permission="rfq:read"))),
    NavGroup("Audit", (NavItem("Trail", "/audit", permission="audit:read"),)),
)


def test_navigation_shows_what_the_viewer_may_open() -> None:
    stranger = Viewer(now=NOW, nav=NAV)
    assert [[item.href for item in group.items] for group in stranger.visible_nav] == [["/"]]
    buyer = Viewer(now=NOW, nav=NAV, permissions=frozenset({"rfq:read"}))
    assert [[item.href for item in group.items] for group in buyer.visible_nav] == [["/", "/rfqs"]]
    assert buyer.may("rfq:read")
    assert not buyer.may("rfq:publish")


def test_the_current_entry_is_the_longest_that_holds_the_path() -> None:
    def current(path: str) -> str:
        return Viewer(now=NOW, nav=NAV, path=path).current_href

    assert current("/") == "/"
    assert current("/rfqs") == "/rfqs"
    assert current("/rfqs/42/quotes") == "/rfqs"
    assert current("/rfqs-old") == ""


def test_a_zone_is_shown_only_where_the_clocks_differ() -> None:
    berlin, paris, shanghai = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Shanghai")
    assert Viewer(now=NOW, timezone=berlin, org_timezone=paris).shown_zone is None
    assert Viewer(now=NOW, timezone=berlin, org_timezone=shanghai).shown_zone == berlin
    assert Viewer(now=NOW, timezone=berlin).shown_zone is None
