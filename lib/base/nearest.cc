// SPDX-License-Identifier: Apache-2.0
#include "lib/base/nearest.h"

#include <algorithm>
#include <utility>

namespace hallmark {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& names, size_t count) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& candidate : names) {
    // The difference in length is a lower bound of the distance: it rejects most names of a long list.
    const size_t longer = std::max(name.size(), candidate.size());
    const size_t difference = longer - std::min(name.size(), candidate.size());
    const bool prefix = !name.empty() && candidate.starts_with(name);
    if (difference > longer / 2 && !prefix) continue;
    const size_t distance = prefix ? 1 : EditDistance(name, candidate);
    if (distance <= longer / 2) ranked.emplace_back(distance, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  if (ranked.size() > count) ranked.resize(count);
  std::vector<std::string> nearest;
  nearest.reserve(ranked.size());
  for (auto& [distance, candidate] : ranked) nearest.push_back(std::move(candidate));
  return nearest;
}

}  // namespace hallmark
