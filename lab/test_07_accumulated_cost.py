"""What BIRD carries is what the daemons published: on every site, for every prefix, the accumulated cost is the sum of
the published costs along the AS path, each as seen by the site that the link is left from."""

import heapq
import re

COMMUNITY = 4_200_000_000
COST = 1  # the kind of large community that holds the accumulated cost, in 0.1 ms


def test_the_sum_in_bird_is_the_sum_of_what_was_published(mesh):
    seen = {}

    def everything_agrees():
        published = {(site.letter, link["neighbour"].upper()): round(link["published_ms"] * 10)
                     for site in mesh.sites for link in site.ask(ask="status")["links"]}
        seen.clear()
        for site in mesh.sites:
            for other in mesh.sites:
                if other is not site:
                    carried, path = cost_and_path(site, other)
                    expected = sum(published.get(hop, 0) for hop in zip([site.letter, *path], path))
                    seen[site.letter, other.letter] = carried, expected, path, shortest(published, site.letter, other.letter)
        return all(carried == expected for carried, expected, _, _ in seen.values())

    mesh.wait_until("every accumulated cost is the sum along its path", everything_agrees, 30)
    for (one, other), (carried, expected, path, best) in seen.items():
        print(f"  {one} to {other}: {carried / 10:.1f} ms over {one}{''.join(path)}; the cheapest path costs {best / 10:.1f} ms")
        assert carried == expected == best


def cost_and_path(site, other):
    route = site.bird.route(other.lan_prefix)
    communities = re.findall(r"\((\d+), (\d+), (\d+)\)", route.get("BGP.large_community", ""))
    cost = [int(value) for owner, kind, value in communities if (int(owner), int(kind)) == (COMMUNITY, COST)]
    path = [chr(ord("A") + int(number) - 65001) for number in route.get("BGP.as_path", "").split()]
    return cost[0] if len(cost) == 1 else None, path


def shortest(costs, start, goal):
    """Dijkstra over the published costs."""
    queue, done = [(0, start)], set()
    while queue:
        total, here = heapq.heappop(queue)
        if here == goal:
            return total
        if here not in done:
            done.add(here)
            for (one, other), cost in costs.items():
                if one == here:
                    heapq.heappush(queue, (total + cost, other))
    return None
