"""Who is mentioned on Discord is a number to nobody on a page or on paper."""

from markupsafe import Markup, escape

from indaba.portal.drawing import _environment
from indaba.portal.printing.press import _breakable
from services.portal.test_portal_meetings import _paper

TYPED = "<@123456789012345678> brings 3 < 4 stones"
READ = "@somebody (Discord) brings 3 &lt; 4 stones"


def test_whatever_a_template_shows_has_no_number_of_an_account() -> None:
    template = _environment().from_string("{{ one }}|{{ two }}|{{ three }}")
    shown = template.render(one=TYPED, two=escape(TYPED), three=Markup("<b>{}</b>").format(TYPED))
    assert shown == f"{READ}|{READ}|<b>{READ}</b>"


def test_neither_has_paper() -> None:
    drawn = _breakable(_paper(TYPED))
    assert "123456789012345678" not in str(drawn)
    assert "@somebody" in str(drawn)
