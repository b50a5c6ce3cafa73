#include "bird/routes_reading.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "bird/conversation.h"
#include "support/golden.h"

namespace trimtab::bird {
namespace {

using test::read_golden;

Result<std::vector<PrefixRoutes>> read(const std::string& text, std::size_t part = SIZE_MAX) {
  ReplyReader reader;
  reader.give_next_in_parts();
  RoutesReading reading;
  for (std::size_t at = 0; at < text.size();) {
    const auto replies = reader.feed(std::string_view(text).substr(at, part));
    EXPECT_TRUE(replies.ok());
    for (const Reply& reply : *replies) {
      if (!reply.more) return std::move(reading).finish(reply);
      reading.take(reply);
    }
    at += std::min(part, text.size() - at);
  }
  ADD_FAILURE() << "the reply has no end";
  return Error{"no end"};
}

std::string show(const std::vector<PrefixRoutes>& prefixes) {
  std::string text;
  for (const PrefixRoutes& routes : prefixes) {
    text += routes.prefix.text() + " by " + (routes.chosen ? std::to_string(*routes.chosen) : "none") + ":";
    for (const Offer& offer : routes.offers) {
      text += " " + std::to_string(offer.neighbour) + "=" + std::to_string(offer.cost);
    }
    text += "\n";
  }
  return text;
}

// As BIRD 2.0.12 of site A said it in tests/bird: favoured routes, so the chosen one is not the cheapest.
constexpr const char* kAsRead =
    "10.10.2.0/24 by 2: 2=100 3=250\n"
    "10.10.3.0/24 by 3: 2=200 3=150\n"
    "10.10.4.0/24 by 3: 2=200 3=250\n";

TEST(RoutesReading, SaysWhoIsChosenAndWhatEveryoneOffers) {
  const auto routes = read(read_golden("bird/replies/routes_reading.txt"));
  ASSERT_TRUE(routes.ok());
  EXPECT_EQ(show(*routes), kAsRead);
}

TEST(RoutesReading, HoweverItIsCutItIsTheSame) {
  const std::string text = read_golden("bird/replies/routes_reading.txt");
  for (std::size_t part = 1; part <= text.size(); ++part) {
    const auto routes = read(text, part);
    ASSERT_TRUE(routes.ok());
    EXPECT_EQ(show(*routes), kAsRead) << "in parts of " << part;
  }
}

TEST(RoutesReading, WhatIsNobodysIsPassedOver) {
  const auto routes = read(
      "1007-Table master4:\n"
      " 10.10.4.0/24         unicast [upstream 07:46:36.068] * (100) [AS200i]\n"
      "                      unicast [site_2 07:46:36.068] (100) [AS300i]\n"
      " 10.10.5.0/24         unicast [upstream 07:46:36.068] * (100) [AS200i]\n"
      " 10.10.6.0/24         unicast [site_2 07:46:36.068] * (100) [AS0i]\n"
      " 10.10.7.0/24         unicast [site_2 07:46:36.068] ! (100) [AS7i]\n"
      " no prefix            unicast [site_2 07:46:36.068] * (100) [AS200i]\n"
      "                      unicast [site_3 07:46:36.068] (100) [AS200i]\n"
      "0000 \n");
  ASSERT_TRUE(routes.ok());
  EXPECT_EQ(show(*routes), "10.10.4.0/24 by none: 2=300\n10.10.7.0/24 by 2: 2=7\n");
}

TEST(RoutesReading, AnEmptyTableIsNoError) {
  const auto routes = read("0000 \n");
  ASSERT_TRUE(routes.ok());
  EXPECT_TRUE(routes->empty());
}

TEST(RoutesReading, HalfATableIsNone) {
  const std::string route = "1007-10.10.4.0/24         unicast [site_2 07:46:36.068] * (100) [AS200i]\n";
  EXPECT_FALSE(read(route + "8005 Access restricted\n").ok());
  std::string text;
  while (text.size() <= ReplyReader::kMaxInParts) text += route;
  const auto routes = read(text + "0000 \n", 65536);
  ASSERT_FALSE(routes.ok());
  EXPECT_EQ(routes.error().what, "BIRD: a reply of more than 4 MB");
}

TEST(RoutesReading, TheQuestion) {
  EXPECT_EQ(read_routes_command(4'200'000'000),
            "show route filter { if source != RTS_BGP then reject; bgp_path.empty; "
            "bgp_path.prepend(filter(bgp_large_community, [(4200000000, 1, *)]).max.data2); accept; }");
  EXPECT_LE(read_routes_command(UINT32_MAX).size(), Conversation::kMaxCommand);
}

TEST(RoutesReading, SurvivesAnyText) {
  EXPECT_TRUE(rc::check("any lines", [](const std::vector<std::string>& texts) {
    RoutesReading reading;
    Reply part;
    for (const std::string& text : texts) {
      part.lines.push_back({1007, text});
      part.lines.push_back({1007, "10.10.4.0/24 unicast [site_2 " + text + "] * [AS" + text});
    }
    reading.take(part);
    (void)std::move(reading).finish({.lines = {{0, ""}}});
  }));
}

}  // namespace
}  // namespace trimtab::bird
