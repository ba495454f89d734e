// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/options.h"

#include <charconv>
// cxxopts splits values at the delimiter: no argument contains a NUL. Regular expressions, one for each option, would
// take milliseconds of every start.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#define CXXOPTS_NO_REGEX
#include <cxxopts.hpp>

#include "lib/base/nearest.h"
#include "tools/cli/output.h"

namespace hallmark::cli {
namespace {

enum class Kind { kFlag, kText, kTexts, kNumber, kSize };

struct Option {
  std::string name;
  std::string value;  ///< the name of the value in the help
  Kind kind = Kind::kFlag;
  bool argument = false;  ///< given without a name
  bool required = false;
  std::optional<std::string> fallback;
  Options::NumberRange range;
};

/// The long name: "quiet" for "q,quiet".
std::string LongName(const std::string& names) { return names.substr(names.find(',') + 1); }

Result<uint64_t> ParseNumber(const std::string& text, const Option& option) {
  const bool hexadecimal = text.starts_with("0x");
  const char* const first = text.data() + (hexadecimal ? 2 : 0);
  const char* const last = text.data() + text.size();
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(first, last, number, hexadecimal ? 16 : 10);
  const auto& [fallback, min, max] = option.range;
  if (failure == std::errc() && end == last && number >= min && number <= max) return number;
  const std::string bounds = max == UINT64_MAX ? (min == 0 ? "" : " from " + std::to_string(min))
                                               : " from " + std::to_string(min) + " to " + std::to_string(max);
  return UsageError("--" + option.name + ": '" + text + "' is not a number" + bounds);
}

/// The library's error message in ASCII: "Option 'trust' is missing an argument".
std::string Plain(std::string text) {
  for (const std::string_view quote : {"‘", "’"}) {
    for (size_t at = text.find(quote); at != std::string::npos; at = text.find(quote))
      text.replace(at, quote.size(), "'");
  }
  return text;
}

}  // namespace

struct Options::Impl {
  Impl(const std::string& program_name, const std::string& summary) : parser(program_name, summary) {}

  void Add(const std::string& names, const std::string& help, Option option) {
    option.name = LongName(names);
    const bool list = option.kind == Kind::kTexts;
    std::shared_ptr<cxxopts::Value> value =
        list ? cxxopts::value<std::vector<std::string>>() : cxxopts::value<std::string>();
    if (option.kind == Kind::kFlag) value = cxxopts::value<bool>();
    if (option.fallback) value->default_value(*option.fallback);
    parser.add_options(group)(names, help, value, option.value);
    options.push_back(std::move(option));
  }

  void AddArgument(const std::string& name, const std::string& value, Kind kind) {
    Add(name, "", {.value = value, .kind = kind, .argument = true});
    positional.push_back(name);
  }

  /// The checked value of one option.
  [[nodiscard]] Result<Parsed::Value> ValueOf(const Option& option, const cxxopts::ParseResult& parsed) const {
    Parsed::Value value;
    if (option.fallback) value.text = *option.fallback;
    if (parsed.count(option.name) != 0) {
      if (option.kind == Kind::kTexts) {
        value.given = parsed[option.name].as<std::vector<std::string>>();
      } else {
        value.given = {option.kind == Kind::kFlag ? "" : parsed[option.name].as<std::string>()};
      }
      value.text = value.given.back();
    } else if (option.required) {
      return UsageError(option.argument ? option.value + " is required"
                                        : "--" + option.name + " " + option.value + " is required");
    }
    if (value.given.empty() && !option.fallback) return value;
    if (option.kind == Kind::kNumber) {
      ASSIGN_OR_RETURN(value.number, ParseNumber(value.text, option));
    } else if (option.kind == Kind::kSize) {
      ASSIGN_OR_RETURN(value.number, ParseSize(value.text, "--" + option.name));
    }
    return value;
  }

  /// `name` is what the person typed, without dashes.
  [[nodiscard]] Error UnknownOption(const std::string& name) const {
    const std::string dashes = name.size() == 1 ? "-" : "--";
    Error error = UsageError("unknown option '" + dashes + name + "'");
    std::vector<std::string> names = {"help"};
    for (const Option& option : options) {
      if (!option.argument) names.push_back(option.name);
    }
    const std::vector<std::string> nearest = NearestNames(name, names, 1);
    if (name.size() == 1 || nearest.empty()) return error;
    return std::move(error).WithHint("did you mean '--" + nearest.front() + "'? " + next_step);
  }

  cxxopts::Options parser;
  std::string group;
  std::string next_step;
  std::vector<Option> options;
  std::vector<std::string> positional;
};

Options::Options(const std::string& program, const std::string& usage, const std::string& summary)
    : impl_(std::make_unique<Impl>(program, summary)) {
  impl_->parser.custom_help(usage);
  impl_->parser.positional_help("");  // `usage` has the names
  impl_->next_step = "'" + program + " --help' lists the options";
}

Options::~Options() = default;

void Options::AddFlag(const std::string& names, const std::string& help) { impl_->Add(names, help, {}); }

void Options::AddText(const std::string& names, const std::string& value, const std::string& help,
                      const std::optional<std::string>& fallback) {
  impl_->Add(names, help, {.value = value, .kind = Kind::kText, .fallback = fallback});
}

void Options::AddTexts(const std::string& names, const std::string& value, const std::string& help) {
  impl_->Add(names, help, {.value = value, .kind = Kind::kTexts});
}

void Options::AddNumber(const std::string& names, const std::string& value, const std::string& help,
                        NumberRange range) {
  Option option{.value = value, .kind = Kind::kNumber, .range = range};
  if (range.fallback) option.fallback = std::to_string(*range.fallback);
  impl_->Add(names, help, std::move(option));
}

void Options::AddSize(const std::string& names, const std::string& help, const std::optional<std::string>& fallback) {
  impl_->Add(names, help, {.value = "N", .kind = Kind::kSize, .fallback = fallback});
}

void Options::AddArgument(const std::string& name, const std::string& value) {
  impl_->AddArgument(name, value, Kind::kText);
}

void Options::AddArguments(const std::string& name, const std::string& value) {
  impl_->AddArgument(name, value, Kind::kTexts);
}

void Options::BeginGroup(const std::string& heading) { impl_->group = heading; }

void Options::Require(std::initializer_list<std::string_view> names) {
  for (Option& option : impl_->options) {
    if (std::ranges::find(names, option.name) != names.end()) option.required = true;
  }
}

Result<std::optional<Parsed>> Options::Parse(const Arguments& arguments, Output& output) {
  Impl& impl = *impl_;
  impl.parser.add_options()("h,help", "Print this help");
  impl.parser.parse_positional(impl.positional);
  std::vector<const char*> argv = {impl.parser.program().c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    const cxxopts::ParseResult parsed = impl.parser.parse(static_cast<int>(argv.size()), argv.data());
    if (parsed.count("help") != 0) {
      output.Puts(impl.parser.help());
      return std::optional<Parsed>();
    }
    if (!parsed.unmatched().empty()) {
      return UsageError("unexpected argument '" + parsed.unmatched().front() + "'").WithHint(impl.next_step);
    }
    Parsed result;
    for (const Option& option : impl.options) {
      ASSIGN_OR_RETURN(result.values_[option.name], impl.ValueOf(option, parsed).WithHint(impl.next_step));
    }
    return std::optional(std::move(result));
  } catch (const cxxopts::exceptions::no_such_option& exception) {
    const std::string text = Plain(exception.what());
    const size_t start = text.find('\'') + 1;
    return impl.UnknownOption(text.substr(start, text.rfind('\'') - start)).WithHint(impl.next_step);
  } catch (const cxxopts::exceptions::exception& exception) {
    return UsageError(Plain(exception.what())).WithHint(impl.next_step);
  }
}

Result<uint64_t> ParseSize(std::string_view text, std::string_view option) {
  const Error error = UsageError(std::string(option) + ": '" + std::string(text) + "' is not a size like 10G or 4096");
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc()) return error;
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const std::string_view suffix : {"iB", "B"}) {
    if (unit.size() > suffix.size() - (suffix == "B" ? 1 : 0) && unit.ends_with(suffix)) {
      unit.remove_suffix(suffix.size());
      break;
    }
  }
  if (unit.empty()) return number;
  static constexpr std::string_view kUnits = "KMGT";
  const size_t power = kUnits.find(unit[0]);
  if (unit.size() != 1 || power == std::string_view::npos) return error;
  const size_t shift = 10 * (power + 1);
  if (number > UINT64_MAX >> shift) return error;
  return number << shift;
}

}  // namespace hallmark::cli
