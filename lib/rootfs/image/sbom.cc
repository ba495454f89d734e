// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/sbom.h"

#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/base/time.h"
#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

/// An SPDX identifier: letters, digits, '.' and '-' (SPDX 2.3, 3.2). Names that differ in other characters only are
/// told apart by their place in the list.
std::string SpdxId(std::string_view kind, std::string_view name, size_t index) {
  std::string id = "SPDXRef-" + std::string(kind) + "-" + std::to_string(index) + "-";
  for (const char c : name) id.push_back(IsAlphanumeric(c) || c == '.' ? c : '-');
  return id;
}

/// Percent-encodes the characters that a package URL (purl) may not hold.
std::string PurlEncode(std::string_view text) { return PercentEncode(text, ".-_~"); }

Json PackageEntry(const std::string& id, const std::string& name, const std::string& version, const Json& checksum) {
  return {{"SPDXID", id},
          {"name", name},
          {"versionInfo", version},
          {"downloadLocation", "NOASSERTION"},
          {"filesAnalyzed", false},
          {"licenseConcluded", "NOASSERTION"},
          {"licenseDeclared", "NOASSERTION"},
          {"copyrightText", "NOASSERTION"},
          {"checksums", Json::array({checksum})}};
}

Json Sha256Checksum(const std::string& hex) { return {{"algorithm", "SHA256"}, {"checksumValue", hex}}; }

/// An npm integrity string, "sha512-BASE64", as SPDX writes digests.
Json IntegrityChecksum(const std::string& integrity) {
  const size_t dash = integrity.find('-');
  const Result<ByteVector> digest = FromBase64(integrity.substr(dash + 1));
  return {{"algorithm", "SHA512"}, {"checksumValue", digest.ok() ? ToHex(*digest) : ""}};
}

void AddPurl(Json& package, const std::string& purl) {
  package["externalRefs"] =
      Json::array({{{"referenceCategory", "PACKAGE-MANAGER"}, {"referenceType", "purl"}, {"referenceLocator", purl}}});
}

Json Packages(const Recipe& recipe, const Lock& lock) {
  Json packages = Json::array();
  const std::string distribution = lock.releases.empty() ? "debian" : Lowercase(lock.releases[0].origin);
  for (const Lock::Package& package : lock.packages) {
    Json entry = PackageEntry(SpdxId("deb", package.name, packages.size()), package.name, package.version,
                              Sha256Checksum(package.sha256));
    AddPurl(entry, "pkg:deb/" + distribution + "/" + PurlEncode(package.name) + "@" + PurlEncode(package.version) +
                       "?arch=" + package.architecture + "&distro=" + PurlEncode(recipe.apt.suite));
    packages.push_back(std::move(entry));
  }
  for (const Lock::Npm& npm : lock.npm) {
    Json entry =
        PackageEntry(SpdxId("npm", npm.name, packages.size()), npm.name, npm.version, IntegrityChecksum(npm.integrity));
    AddPurl(entry, "pkg:npm/" + PurlEncode(npm.name) + "@" + PurlEncode(npm.version));
    packages.push_back(std::move(entry));
  }
  for (const Lock::Download& download : lock.downloads) {
    const std::string name = download.url.substr(download.url.rfind('/') + 1);
    packages.push_back(
        PackageEntry(SpdxId("file", name, packages.size()), name, "NOASSERTION", Sha256Checksum(download.sha256)));
  }
  for (const Lock::Python& python : lock.python) {
    Json entry = PackageEntry(SpdxId("python", python.name, packages.size()), python.name, python.version,
                              Sha256Checksum(python.sha256));
    AddPurl(entry, "pkg:pypi/" + PurlEncode(python.name) + "@" + PurlEncode(python.version));
    packages.push_back(std::move(entry));
  }
  return packages;
}

}  // namespace

std::string MakeSbom(const Recipe& recipe, const Lock& lock) {
  const std::string name = recipe.name + "-" + recipe.version;
  const std::string lock_digest = ToHex(Sha256(AsBytes(FormatLock(lock))));
  Json image = {{"SPDXID", "SPDXRef-image"},     {"name", recipe.name},
                {"versionInfo", recipe.version}, {"downloadLocation", "NOASSERTION"},
                {"filesAnalyzed", false},        {"primaryPackagePurpose", "OPERATING-SYSTEM"}};
  Json relationships = Json::array({{{"spdxElementId", "SPDXRef-DOCUMENT"},
                                     {"relationshipType", "DESCRIBES"},
                                     {"relatedSpdxElement", "SPDXRef-image"}}});
  Json packages = Packages(recipe, lock);
  for (const Json& package : packages) {
    relationships.push_back({{"spdxElementId", "SPDXRef-image"},
                             {"relationshipType", "CONTAINS"},
                             {"relatedSpdxElement", package["SPDXID"]}});
  }
  packages.insert(packages.begin(), std::move(image));
  const Json document = {
      {"spdxVersion", "SPDX-2.3"},
      {"dataLicense", "CC0-1.0"},
      {"SPDXID", "SPDXRef-DOCUMENT"},
      {"name", name},
      {"documentNamespace", "urn:hallmark:sbom:" + name + ":" + lock_digest},
      {"creationInfo", {{"created", FormatUtc(lock.source_date_epoch)}, {"creators", {"Tool: hallmark"}}}},
      {"packages", std::move(packages)},
      {"relationships", std::move(relationships)}};
  return document.dump(1) + "\n";
}

std::string MakeProvenance(const Recipe& recipe, const Lock& lock) {
  Json materials = Json::array();
  for (const Lock::Package& package : lock.packages) {
    materials.push_back({{"name", package.name + "_" + package.version + "_" + package.architecture},
                         {"digest", {{"sha256", package.sha256}}}});
  }
  for (const Lock::Release& release : lock.releases) {
    materials.push_back({{"name", "InRelease of " + release.suite}, {"digest", {{"sha256", release.sha256}}}});
  }
  const Json parameters = {{"recipe", recipe.name},
                           {"version", recipe.version},
                           {"architecture", recipe.architecture},
                           {"recipeLockDigest", lock.recipe_digest},
                           {"lockDigest", ToHex(Sha256(AsBytes(FormatLock(lock))))}};
  const Json predicate = {{"predicateType", "https://slsa.dev/provenance/v1"},
                          {"predicate",
                           {{"buildDefinition",
                             {{"buildType", "urn:hallmark:build:1"},
                              {"externalParameters", parameters},
                              {"resolvedDependencies", std::move(materials)}}},
                            {"runDetails", {{"builder", {{"id", "urn:hallmark:builder:1"}}}}}}}};
  return predicate.dump(1) + "\n";
}

}  // namespace hallmark
