// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hallmark {

// Checks of the strings in recipes and locks. Each returns what is wrong as the end of a sentence ("'x' is not ..."),
// or an empty string. All of them refuse control characters.

/// Debian Policy 5.6.1: lower-case letters, digits, "+-.", at least two.
std::string CheckPackageName(const std::string& text);
/// A package name, optionally with "=" and an exact version behind it.
std::string CheckPackageRequest(const std::string& text);
/// Debian Policy 5.6.12.
std::string CheckPackageVersion(const std::string& text);
std::string CheckArchitecture(const std::string& text);  ///< arm64, amd64
/// Letters, digits and "._-+", not beginning with "." or "-": names of recipes, suites, components, units, hosts.
std::string CheckName(const std::string& text);
/// A user or group name as useradd takes it, or a number.
std::string CheckUser(const std::string& text);
/// 64 lower-case hex digits.
std::string CheckSha256(const std::string& text);
/// Subresource integrity with SHA-512: "sha512-" and 64 bytes in base64.
std::string CheckIntegrity(const std::string& text);
std::string CheckFingerprint(const std::string& text);  ///< 40 hex digits, spaces allowed
std::string CheckUrl(const std::string& text);          ///< http, https, file or copy
/// "20261101T000000Z".
std::string CheckSnapshotTime(const std::string& text);
/// "name" or "@scope/name".
std::string CheckNpmName(const std::string& text);
/// An exact version, "1.2.3".
std::string CheckNpmVersion(const std::string& text);
/// Absolute, without ".", ".." and empty parts: a path of the tree.
std::string CheckTreePath(const std::string& text);
/// Relative, without "..", "." and empty parts: a path below a mirror's base or in an archive.
std::string CheckRelativePath(const std::string& text);
/// A file name without a directory.
std::string CheckFileName(const std::string& text);
/// Printable text on one line, of any script.
std::string CheckLine(const std::string& text);

}  // namespace hallmark
