// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/sbom.h"

#include <nlohmann/json.hpp>

#include "lib/crypto/digest.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using Json = nlohmann::json;

class SbomTest : public ::testing::Test {
 protected:
  SbomTest() {
    recipe_.name = "small";
    recipe_.version = "1.0";
    recipe_.architecture = "arm64";
    recipe_.apt.suite = "bookworm";
    lock_.recipe = "small";
    lock_.recipe_digest = std::string(64, '7');
    lock_.source_date_epoch = 1793534400;
    lock_.releases = {{.suite = "bookworm", .origin = "Debian", .sha256 = std::string(64, '1')}};
    lock_.packages = {{.name = "libstdc++6",
                       .version = "2:12.2-1~deb12+b1",
                       .architecture = "arm64",
                       .sha256 = std::string(64, '2')}};
    lock_.npm = {{.name = "@scope/tool", .version = "1.2.3", .integrity = "sha512-" + ToBase64(ByteVector(64, 0xab))}};
    lock_.downloads = {{.url = "http://files.example/a/tool.bin", .sha256 = std::string(64, '3')}};
    lock_.python = {{.name = "pdfminer.six", .version = "20231228", .sha256 = std::string(64, '4')}};
  }
  Recipe recipe_;
  Lock lock_;
};

TEST_F(SbomTest, ListsAllThatIsLocked) {
  const Json sbom = Json::parse(MakeSbom(recipe_, lock_));
  EXPECT_EQ(sbom["spdxVersion"], "SPDX-2.3");
  EXPECT_EQ(sbom["name"], "small-1.0");
  EXPECT_EQ(sbom["creationInfo"]["created"], "2026-11-01T12:00:00Z");
  const Json& packages = sbom["packages"];
  ASSERT_EQ(packages.size(), 5U);
  EXPECT_EQ(packages[0]["SPDXID"], "SPDXRef-image");
  const Json& deb = packages[1];
  EXPECT_EQ(deb["SPDXID"], "SPDXRef-deb-0-libstdc--6");
  EXPECT_EQ(deb["versionInfo"], "2:12.2-1~deb12+b1");
  EXPECT_EQ(deb["checksums"][0]["checksumValue"], std::string(64, '2'));
  EXPECT_EQ(deb["externalRefs"][0]["referenceLocator"],
            "pkg:deb/debian/libstdc%2B%2B6@2%3A12.2-1~deb12%2Bb1?arch=arm64&distro=bookworm");
  const Json& npm = packages[2];
  EXPECT_EQ(npm["externalRefs"][0]["referenceLocator"], "pkg:npm/%40scope%2Ftool@1.2.3");
  EXPECT_EQ(npm["checksums"][0]["algorithm"], "SHA512");
  EXPECT_EQ(npm["checksums"][0]["checksumValue"], ToHex(ByteVector(64, 0xab)));
  EXPECT_EQ(packages[3]["name"], "tool.bin");
  EXPECT_EQ(packages[4]["externalRefs"][0]["referenceLocator"], "pkg:pypi/pdfminer.six@20231228");
}

TEST_F(SbomTest, RelatesEveryPackageToTheImage) {
  const Json sbom = Json::parse(MakeSbom(recipe_, lock_));
  const Json& relationships = sbom["relationships"];
  ASSERT_EQ(relationships.size(), 5U);
  EXPECT_EQ(relationships[0]["relationshipType"], "DESCRIBES");
  for (size_t i = 1; i < relationships.size(); ++i) {
    EXPECT_EQ(relationships[i]["spdxElementId"], "SPDXRef-image");
    EXPECT_EQ(relationships[i]["relatedSpdxElement"], sbom["packages"][i]["SPDXID"]);
  }
}

TEST_F(SbomTest, NamesItselfAfterTheLock) {
  const std::string digest = ToHex(Sha256(AsBytes(FormatLock(lock_))));
  const Json sbom = Json::parse(MakeSbom(recipe_, lock_));
  EXPECT_EQ(sbom["documentNamespace"], "urn:hallmark:sbom:small-1.0:" + digest);
  EXPECT_EQ(MakeSbom(recipe_, lock_), MakeSbom(recipe_, Lock(lock_)));
}

TEST_F(SbomTest, ProvenanceHoldsWhatTheImageWasMadeOf) {
  const Json provenance = Json::parse(MakeProvenance(recipe_, lock_));
  EXPECT_EQ(provenance["predicateType"], "https://slsa.dev/provenance/v1");
  const Json& definition = provenance["predicate"]["buildDefinition"];
  EXPECT_EQ(definition["externalParameters"]["recipe"], "small");
  EXPECT_EQ(definition["externalParameters"]["recipeLockDigest"], std::string(64, '7'));
  EXPECT_EQ(definition["externalParameters"]["lockDigest"], ToHex(Sha256(AsBytes(FormatLock(lock_)))));
  const Json& materials = definition["resolvedDependencies"];
  ASSERT_EQ(materials.size(), 2U);
  EXPECT_EQ(materials[0]["name"], "libstdc++6_2:12.2-1~deb12+b1_arm64");
  EXPECT_EQ(materials[1]["name"], "InRelease of bookworm");
  EXPECT_EQ(materials[1]["digest"]["sha256"], std::string(64, '1'));
}

}  // namespace
}  // namespace hallmark
