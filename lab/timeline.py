"""What happens after a fault, as it happens: the routes' moves and the daemons' own events, one line each."""

import time

from screen import Wait, paint, say

LOOK_EVERY_S = 0.05
_SHOWN = {"standing": ("saw", "yellow"), "session": ("saw", "yellow"), "published": ("published", "blue"),
          "bird": ("BIRD", "blue")}


class Timeline:
    """Times are seconds since it was made. Watches the routes between two sites, both ways, and every daemon."""

    def __init__(self, lab, one, other):
        self.lab = lab
        self.ways = [(lab[one], lab[other]), (lab[other], lab[one])]
        self.numbers = {site: last_number(site) for site in lab.sites}
        self.routes = {way: self._route(way) for way in self.ways}
        self.began = time.monotonic()

    def since(self):
        return time.monotonic() - self.began

    def did(self, text):
        """What we ourselves do to the mesh."""
        self._line("we", text, "red")

    def until(self, sentence, predicate, deadline):
        """Looks on and shows until the predicate is true; returns when that was."""
        ends = time.monotonic() + deadline
        with Wait(sentence) as wait:
            while True:
                reached = predicate()
                at = self.since()
                self.look()
                if reached:
                    return at
                if time.monotonic() > ends:
                    raise TimeoutError(f"not within {deadline} s: {sentence}")
                wait.turn()
                time.sleep(LOOK_EVERY_S)

    def look(self):
        for way in self.ways:
            through = self._route(way)
            if through != self.routes[way]:
                self.routes[way] = through
                source, target = way
                where = f"through {through}" if through else "nowhere"
                self._line("route", paint(f"{source} → {target} now goes {where}", "bold"), "green")
        for site in self.lab.sites:
            self._show_events(site)

    def forget_numbers(self):
        """The daemons begin anew."""
        self.numbers = {site: 0 for site in self.lab.sites}

    def _show_events(self, site):
        for event in events_of(site, since=self.numbers[site]):
            self.numbers[site] = event["number"]
            verb, look = _SHOWN.get(event["kind"], (None, None))
            if verb:
                link = f"{site}–{event['link'].upper()}: " if event["link"] else ""
                self._line(verb, f"{link}{event['text']}" if link else f"{site}: {event['text']}", look)

    def _route(self, way):
        source, target = way
        return source.route_to(target)

    def _line(self, verb, text, look):
        say(f"  {paint(f'{self.since():6.2f} s', 'dim')}  {paint(f'{verb:<9}', look)}  {text}")


def last_number(site):
    events = events_of(site)
    return events[-1]["number"] if events else 0


def events_of(site, since=0):
    """None from a daemon that is not there."""
    try:
        return site.events(since)
    except OSError:
        return []
