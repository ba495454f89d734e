// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/users.h"

#include <charconv>
#include <functional>
#include <optional>
#include <vector>

#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr uint32_t kFirstSubordinateId = 100000;  // login.defs(5): SUB_UID_MIN
constexpr uint32_t kSubordinateIds = 65536;       // SUB_UID_COUNT

using Fields = std::vector<std::string>;

Fields Split(std::string_view line) {
  Fields fields(1);
  for (const char c : line) {
    if (c == ':') {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

std::string Join(const Fields& fields) {
  std::string line = fields.at(0);
  for (size_t i = 1; i < fields.size(); ++i) line += ":" + fields[i];
  return line;
}

/// Calls `visit` with the fields of each line and keeps what it changes.
std::string Rewrite(const std::string& text, const std::function<void(Fields&)>& visit) {
  std::string rewritten;
  for (std::string_view rest = text; const auto line = TakeLine(rest);) {
    Fields fields = Split(*line);
    visit(fields);
    rewritten += Join(fields) + "\n";
  }
  return rewritten;
}

std::optional<Fields> FindLine(const std::string& text, size_t field, const std::string& value) {
  std::optional<Fields> found;
  Rewrite(text, [&](Fields& fields) {
    if (!found && fields.size() > field && fields[field] == value) found = fields;
  });
  return found;
}

std::optional<uint32_t> ParseId(std::string_view text) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// The id of a name in `text` (passwd or group); if `name` is a number, that number.
std::optional<uint32_t> FindId(const std::string& text, const std::string& name) {
  if (const std::optional<Fields> line = FindLine(text, 0, name); line && line->size() > 2) return ParseId((*line)[2]);
  return ParseId(name);
}

std::string NextSubordinateRange(const std::string& text, const std::string& user) {
  uint32_t next = kFirstSubordinateId;
  Rewrite(text, [&](Fields& fields) {
    if (fields.size() != 3) return;
    const std::optional<uint32_t> first = ParseId(fields[1]);
    const std::optional<uint32_t> count = ParseId(fields[2]);
    if (first && count) next = std::max(next, *first + *count);
  });
  return user + ":" + std::to_string(next) + ":" + std::to_string(kSubordinateIds) + "\n";
}

/// Adds a member to the comma-separated list in the last field of the group's line.
std::string WithMember(const std::string& text, const std::string& group, const std::string& user) {
  return Rewrite(text, [&](Fields& fields) {
    if (fields[0] != group || fields.size() < 4) return;
    fields.back() += (fields.back().empty() ? "" : ",") + user;
  });
}

}  // namespace

Result<UserDatabase> UserDatabase::Load(const TreeDirectory& tree) {
  UserDatabase database;
  for (const auto& [file, text, required] : {std::tuple{"/etc/passwd", &database.passwd_, true},
                                             {"/etc/group", &database.group_, true},
                                             {"/etc/shadow", &database.shadow_, false},
                                             {"/etc/gshadow", &database.gshadow_, false},
                                             {"/etc/subuid", &database.subuid_, false},
                                             {"/etc/subgid", &database.subgid_, false}}) {
    Result<std::string> content = tree.Read(file);
    if (!content.ok() && (required || content.error().kind != ErrorKind::kNotFound)) return std::move(content).error();
    if (content.ok()) *text = *std::move(content);
    if (!text->empty() && text->back() != '\n') text->push_back('\n');
  }
  database.shadow_gid_ = FindId(database.group_, "shadow").value_or(0);
  return database;
}

Result<void> UserDatabase::AddUser(const Recipe::User& user, uint64_t day) {
  const std::string id = std::to_string(user.uid);
  for (const auto& [text, what] : {std::pair{&passwd_, "user"}, {&group_, "group"}}) {
    if (FindLine(*text, 0, user.name)) return UsageError(std::string(what) + " " + user.name + " exists already");
    if (const auto other = FindLine(*text, 2, id)) {
      return UsageError(std::string(what) + " id " + id + " of " + user.name + " belongs to " + other->at(0))
          .WithHint("choose another uid in [[user]]");
    }
  }
  passwd_ += Join({user.name, "x", id, id, user.gecos, user.home, user.shell}) + "\n";
  group_ += Join({user.name, "x", id, ""}) + "\n";
  shadow_ += Join({user.name, "!", std::to_string(day), "0", "99999", "7", "", "", ""}) + "\n";
  gshadow_ += Join({user.name, "!", "", ""}) + "\n";
  subuid_ += NextSubordinateRange(subuid_, user.name);
  subgid_ += NextSubordinateRange(subgid_, user.name);
  for (const std::string& group : user.groups) {
    if (!FindLine(group_, 0, group)) return UsageError("user " + user.name + ": the image has no group " + group);
    group_ = WithMember(group_, group, user.name);
    gshadow_ = WithMember(gshadow_, group, user.name);
  }
  return {};
}

void UserDatabase::SetPasswordDays(uint64_t day) {
  constexpr size_t kLastChange = 2;
  shadow_ = Rewrite(shadow_, [&](Fields& fields) {
    if (fields.size() > kLastChange && !fields[kLastChange].empty()) fields[kLastChange] = std::to_string(day);
  });
}

Result<Ownership> UserDatabase::Resolve(const Recipe::Owner& owner, mode_t mode) const {
  const std::optional<uint32_t> uid = FindId(passwd_, owner.user);
  if (!uid) return UsageError("the image has no user " + owner.user);
  const std::optional<uint32_t> gid = FindId(group_, owner.group);
  if (!gid) return UsageError("the image has no group " + owner.group);
  return Ownership{*uid, *gid, mode};
}

Result<void> UserDatabase::Store(const TreeDirectory& tree) const {
  RETURN_IF_ERROR(tree.Write("/etc/passwd", passwd_, {.mode = 0644}));
  RETURN_IF_ERROR(tree.Write("/etc/group", group_, {.mode = 0644}));
  RETURN_IF_ERROR(tree.Write("/etc/shadow", shadow_, {.gid = shadow_gid_, .mode = 0640}));
  RETURN_IF_ERROR(tree.Write("/etc/gshadow", gshadow_, {.gid = shadow_gid_, .mode = 0640}));
  RETURN_IF_ERROR(tree.Write("/etc/subuid", subuid_, {.mode = 0644}));
  return tree.Write("/etc/subgid", subgid_, {.mode = 0644});
}

}  // namespace hallmark
