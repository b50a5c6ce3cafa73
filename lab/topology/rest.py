"""When the mesh is at rest: what a scenario and a bench wait for before they break something."""


def is_at_rest(lab):
    """A and D talk through B, every link is up, and nothing waits to be published."""
    if not a_and_d_talk_over(lab, "ABD"):
        return False
    said = [site.ask(ask="status") for site in lab.sites]
    if any(status["bird"]["pending"] for status in said):
        return False
    links = [link for status in said for link in status["links"]]
    return all(link["standing"] == "up" and not _waits(link["held"]) for link in links)


def a_and_d_talk_over(lab, path):
    """Both ways, all of the path: with noise on every link the first hop alone does not say which links are used."""
    sites = [lab[letter] for letter in path]
    return sites[0].path_to(sites[-1]) == sites[1:] and sites[-1].path_to(sites[0]) == sites[-2::-1]


def _waits(held):
    """Held back until some time; what only differs too little to be worth saying is at rest."""
    return held is not None and held["remaining_s"] is not None
