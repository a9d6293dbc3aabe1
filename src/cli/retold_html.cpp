// SPDX-License-Identifier: MIT
// A page that can be attached to a ticket: nothing is loaded, nothing runs, and it is legible on a phone and on paper.
#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "cli/retold.h"

namespace forestall::cli {
namespace {

// ---- Text -----------------------------------------------------------------------------------------------------------

/// Text as the content of an element, or of an attribute in quotes.
std::string html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --paper: #fff; --line: #d0d7de; --have: #2f81c7;
  --swap: #8fb8de; --limit: #b35900; --stall: #cf222e; --mark: #1b1f24; --soft: #f3f5f7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --paper: #0d1117; --line: #30363d;
  --have: #4493f8; --swap: #2b4a6f; --limit: #e3a04f; --stall: #ff7b72; --mark: #e6edf3; --soft: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; line-height: 1.4; font-weight: 600; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; }
.dim, th { color: var(--dim); }
svg { display: block; width: 100%; height: auto; background: var(--soft); border-radius: 6px; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .875rem; color: var(--dim); margin-top: .4rem; }
.key i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
ol { list-style: none; margin: 0; padding: 0; }
ol li { display: grid; grid-template-columns: 1.6rem 4.2rem minmax(0, 1fr); gap: .5rem; padding: .35rem 0;
  border-top: 1px solid var(--line); }
ol b { font-weight: 600; }
.wide { overflow-x: auto; overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
td, th { max-width: 20rem; overflow-wrap: break-word; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:last-child { min-width: 14rem; }
tr.chosen td { font-weight: 600; }
.bar { display: flex; width: 8rem; height: .8em; margin-top: .35em; }
.bar span { display: block; height: 100%; }
.memory { background: var(--have); } .growth { background: var(--stall); } .other { background: var(--limit); }
)";

// ---- The picture ----------------------------------------------------------------------------------------------------

/// The drawing's own units: a phone shows them at less than half.
constexpr double kWidth = 800;
constexpr double kHeight = 300;
constexpr double kTop = 36;      ///< room for the numbers of the marks
constexpr double kBottom = 264;  ///< the line of nothing left; the times stand below

class Picture {
 public:
  explicit Picture(const Retold& told) : told_(told) {
    begin_ = told.moments.front().at;
    end_ = std::max(told.moments.back().at, begin_ + std::chrono::seconds(1));
    for (const Moment& m : told.moments) most_ = std::max({most_, m.available + m.swap_left, Bytes{1}});
  }

  [[nodiscard]] std::string svg() const {
    std::string text = fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"What was left of memory and swap over time\">\n", kWidth,
        kHeight);
    text += area("--swap", [](const Moment& m) { return m.available + m.swap_left; });
    text += area("--have", [](const Moment& m) { return m.available; });
    text += stalls() + limits() + marks() + scale();
    return text + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(Duration at) const {
    const double part = static_cast<double>((at - begin_).count()) / static_cast<double>((end_ - begin_).count());
    return std::clamp(part, 0.0, 1.0) * kWidth;
  }
  [[nodiscard]] double y(Bytes left) const {
    const double part = static_cast<double>(left) / static_cast<double>(most_);
    return kBottom - std::clamp(part, 0.0, 1.0) * (kBottom - kTop);
  }

  template <typename Amount>
  [[nodiscard]] std::string area(std::string_view colour, Amount amount) const {
    std::string points = fmt::format("M0 {:.0f}", kBottom);
    for (const Moment& m : told_.moments) points += fmt::format("L{:.1f} {:.1f}", x(m.at), y(amount(m)));
    return fmt::format("<path d=\"{}L{} {:.0f}Z\" fill=\"var({})\"/>\n", points, kWidth, kBottom, colour);
  }

  /// From the bottom up: a full column is a second in which nothing moved.
  [[nodiscard]] std::string stalls() const {
    std::string points = fmt::format("M0 {:.0f}", kBottom);
    for (const Moment& m : told_.moments) {
      points += fmt::format("L{:.1f} {:.1f}", x(m.at), kBottom - m.stalled * (kBottom - kTop));
    }
    return fmt::format("<path d=\"{}L{} {:.0f}Z\" fill=\"var(--stall)\" fill-opacity=\".55\"/>\n", points, kWidth,
                       kBottom);
  }

  [[nodiscard]] std::string limits() const {
    const auto limit = told_.story.limits.find("mem_available_below");
    if (limit == told_.story.limits.end()) return "";
    return fmt::format(
        "<path d=\"M0 {0:.1f}H{1}\" stroke=\"var(--limit)\" stroke-width=\"2.5\" stroke-dasharray=\"9 6\" "
        "fill=\"none\"/>\n",
        y(limit->second), kWidth);
  }

  [[nodiscard]] std::string marks() const {
    std::string text;
    const std::vector<double> places = numbers();
    for (std::size_t i = 0; i < told_.turns.size(); ++i) {
      text += fmt::format("<path d=\"M{0:.1f} {1:.0f}V{2:.0f}\" stroke=\"var(--mark)\" stroke-width=\"2\"/>\n",
                          x(told_.turns[i].at), kTop - 4, kBottom);
      if (i >= places.size()) continue;
      text += fmt::format(
          "<text x=\"{:.1f}\" y=\"26\" font-size=\"24\" text-anchor=\"middle\" fill=\"var(--ink)\">{}</text>\n",
          places[i], i + 1);
    }
    return text;
  }

  /// Where the number of each mark stands: over it, or as near as leaves every number legible. The first twenty have
  /// one, for more there is no room.
  [[nodiscard]] std::vector<double> numbers() const {
    constexpr std::size_t most = 20;
    constexpr double scale_ends = 130;
    const auto width = [](std::size_t i) { return i < 9 ? 24.0 : 36.0; };
    std::vector<double> places;
    double from = scale_ends;
    for (std::size_t i = 0; i < std::min(told_.turns.size(), most); ++i) {
      places.push_back(std::max(x(told_.turns[i].at), from));
      from = places[i] + width(i + 1);
    }
    double to = kWidth - width(most) / 2;
    for (std::size_t i = places.size(); i-- > 0;) {
      places[i] = std::min(places[i], to);
      to = places[i] - width(i);
    }
    return places;
  }

  [[nodiscard]] std::string scale() const {
    const auto label = [](double x, std::string_view anchor, const std::string& text, double y = 290) {
      return fmt::format(
          "<text x=\"{:.0f}\" y=\"{:.0f}\" font-size=\"22\" text-anchor=\"{}\" fill=\"var(--dim)\">{}</text>\n", x, y,
          anchor, text);
    };
    std::string text = label(6, "start", human(most_), 26) + label(6, "start", offset(begin_)) +
                       label(kWidth - 6, "end", offset(end_));
    if (x(Duration(0)) > 120 && x(Duration(0)) < kWidth - 120) text += label(x(Duration(0)), "middle", "0 s");
    return text;
  }

  const Retold& told_;
  Duration begin_{0};
  Duration end_{0};
  Bytes most_ = 1;
};

std::string picture(const Retold& told) {
  if (told.moments.empty()) return "";
  const auto key = [](std::string_view colour, const std::string& text) {
    return fmt::format("<span><i style=\"background:var({})\"></i>{}</span>", colour, html(text));
  };
  const bool has_swap = std::ranges::any_of(told.moments, [](const Moment& m) { return m.swap_left > 0; });
  const auto limit = told.story.limits.find("mem_available_below");
  std::string text = "<h2>What was left</h2>\n" + Picture(told).svg() + "<div class=\"key\">";
  text += key("--have", "memory available");
  if (has_swap) text += key("--swap", "swap left");
  if (limit != told.story.limits.end()) text += key("--limit", "limit: " + human(limit->second));
  text += key("--stall", "part of each second in which everything stood still");
  return text + "</div>\n";
}

// ---- The words ------------------------------------------------------------------------------------------------------

std::string turns(const std::vector<Turn>& turns) {
  std::string text = "<h2>What happened</h2>\n<ol>\n";
  for (std::size_t i = 0; i < turns.size(); ++i) {
    text += fmt::format("<li><b>{}</b><span class=\"dim\">{}</span><span><b>{}</b> {}</span></li>\n", i + 1,
                        offset(turns[i].at), html(turns[i].name), html(turns[i].message));
  }
  return text + "</ol>\n";
}

std::string bar(const StoryProcess& p, double most) {
  std::string text = "<div class=\"bar\">";
  double room = std::max(p.score, 0.0);  // what others take off is missing at its end
  for (const StoryProcess::Term& term : p.terms) {
    const double part = std::min(std::max(term.points, 0.0), room);
    room -= part;
    if (part <= 0 || most <= 0) continue;
    const std::string_view kind =
        term.name == "memory" || term.name == "growth" ? std::string_view(term.name) : "other";
    text += fmt::format("<span class=\"{}\" style=\"width:{:.1f}%\"></span>", kind, 100 * part / most);
  }
  return text + "</div>";
}

std::string name_cells(const StoryProcess& p) {
  return fmt::format("<td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td>", p.pid, html(p.comm),
                     html(unit_of(p)), html(human(p.bytes)));
}

std::string candidates(const std::vector<StoryProcess>& all) {
  std::string text =
      "<h2>Who could have gone</h2>\n<p class=\"dim\">Scores are ‰ of RAM + swap.</p>\n<div class=\"wide\"><table>\n"
      "<tr><th class=\"n\">pid</th><th>name</th><th>unit</th><th class=\"n\">memory</th><th "
      "class=\"n\">score</th><th></th><th>terms</th></tr>\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const StoryProcess& p = all[i];
    std::string terms;
    for (const StoryProcess::Term& term : p.terms) {
      if (term.points != 0) terms += fmt::format("{}{} {:+.1f}", terms.empty() ? "" : ", ", term.name, term.points);
    }
    if (p.processes > 1) terms += fmt::format(" ({} of {} processes)", p.kind, p.processes);
    text +=
        fmt::format("<tr{}>{}<td class=\"n\">{:+.1f}</td><td>{}</td><td>{}</td></tr>\n",
                    i == 0 ? " class=\"chosen\"" : "", name_cells(p), p.score, bar(p, all.front().score), html(terms));
  }
  return text +
         "</table></div>\n<div class=\"key\"><span><i class=\"memory\"></i>memory</span><span><i "
         "class=\"growth\"></i>growth</span><span><i class=\"other\"></i>all else that adds to a score</span></div>\n";
}

std::string spared(const std::vector<StoryProcess>& all) {
  if (all.empty()) return "";
  std::string text =
      "<h2>Who was spared, although large enough</h2>\n<div class=\"wide\"><table>\n<tr><th class=\"n\">pid</th>"
      "<th>name</th><th>unit</th><th class=\"n\">memory</th><th>because it</th></tr>\n";
  for (const StoryProcess& p : all) text += fmt::format("<tr>{}<td>{}</td></tr>\n", name_cells(p), html(p.why));
  return text + "</table></div>\n";
}

}  // namespace

std::string as_html(const Retold& r) {
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" "
      "href=\"data:,\">\n<title>forestall: {}</title>\n<style>{}</style>\n</head>\n<body>\n",
      html(in_utc(r.story.began)), kStyle);
  text += fmt::format("<h1>{}</h1>\n<p class=\"dim\">{}, incident {}, forestalld {}</p>\n", html(r.headline),
                      html(in_utc(r.story.began)), html(r.story.id), html(r.story.forestalld));
  text += picture(r) + turns(r.turns);
  if (!r.afterthoughts.empty()) text += "<h2>Afterthoughts</h2>\n";
  for (const std::string& thought : r.afterthoughts) text += fmt::format("<p>{}</p>\n", html(thought));
  if (const StoryEvent* choice = r.choice()) text += candidates(choice->candidates) + spared(choice->spared);
  return text + "</body>\n</html>\n";
}

}  // namespace forestall::cli
