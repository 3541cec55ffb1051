"""The code that is copied into somebody's page: a frame, the element <commune-map>, a picture with a link."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from webmap.embeds import options
from webmap.embeds.oembed import frame


@dataclass(frozen=True)
class Embed:
    """What was chosen in the builder; `target` is `map` or `routes/KEY`, `base` the public's address."""

    base: str
    target: str
    key: str
    lang: str
    title: str
    chosen: options.Options

    @property
    def page(self) -> str:
        """Address of the whole page."""
        return f"{self.base}/{self.lang}/{self.target}"

    @property
    def path(self) -> str:
        """Address of the embed within the site."""
        return f"/embed/{self.target}?{urlencode(self.chosen.arguments(self.lang))}"

    @property
    def address(self) -> str:
        """Address of the embed."""
        return self.base + self.path

    @property
    def frame(self) -> str:
        """A frame with a title, as wide as its column."""
        return frame(self.address, self.title, "100%", self.chosen.height + options.AROUND)

    @property
    def element(self) -> str:
        """The element, with a link for where scripts are off."""
        given = {"route": self.key, "partner": self.chosen.token, **self.chosen.arguments(self.lang)}
        attributes = "".join(
            f' {name}="{escape(str(value))}"' for name, value in given.items() if value and name != "e"
        )
        link = f'<a href="{escape(self.page)}" lang="{self.lang}">{escape(self.title)}</a>'
        return (
            f'<script src="{escape(self.base)}/embed/commune-map.js" async></script>\n'
            f"<commune-map{attributes}>{link}</commune-map>"
        )

    @property
    def picture(self) -> str:
        """A picture with a link, for mail and for systems that take neither frames nor scripts."""
        query = {"lang": self.lang, "width": options.WIDTH}
        if self.chosen.theme == "dark":
            query["theme"] = "dark"
        source = f"{self.base}/embed/{self.target}.png?{urlencode(query)}"
        return (
            f'<a href="{escape(self.page)}"><img src="{escape(source)}" alt="{escape(self.title)}"'
            f' width="{options.WIDTH}"></a>'
        )
