// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/dns_message.h"

#include "tests/support/matchers.h"

namespace hallmark::sandbox {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using ::testing::IsEmpty;
using namespace std::string_literals;

const DnsQuestion kQuestion = {.id = 0x1234, .name = "a.example.com", .type = DnsType::kA};
const std::string kName = "\x01"s + "a\x07" + "example\x03" + "com\0"s;
const std::string kAsked = kName + "\0\x01\0\x01"s;

std::string Header(const std::string& flags, const std::string& answers) {
  return "\x12\x34" + flags + "\0\x01"s + answers + "\0\0\0\0"s;
}
const std::string kOk = Header("\x81\x80", "\0\x01"s);
// The owner is a pointer to the question's name.
const std::string kRecord = "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x08\x08\x04\x04"s;

IpAddress Address(const char* text) { return ParseIpAddress(text).value(); }

TEST(EncodeDnsQuery, IsWhatRfc1035Says) {
  EXPECT_EQ(AsText(EncodeDnsQuery(kQuestion)),
            "\x12\x34\x01\0\0\x01\0\0\0\0\0\x01"s + kAsked + "\0\0\x29\x04\xd0\0\0\0\0\0\0"s);
}

TEST(DecodeDnsReply, TakesAddresses) {
  ASSERT_OK_AND_ASSIGN(const auto one, DecodeDnsReply(AsBytes(kOk + kAsked + kRecord), kQuestion));
  EXPECT_THAT(one.addresses, ElementsAre(Address("8.8.4.4")));
  EXPECT_FALSE(one.truncated);
  const std::string mixed_case = "\x01"s + "A\x07" + "eXAMPLE\x03" + "com\0\0\x01\0\x01"s;
  EXPECT_OK(DecodeDnsReply(AsBytes(kOk + mixed_case + kRecord), kQuestion));
}

TEST(DecodeDnsReply, FollowsAliasesInAnyOrder) {
  const std::string alias = "\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01"s + "b\xc0\x0e";  // b.example.com
  const std::string address = "\x01"s + "b\xc0\x0e\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x01\x01\x01"s;
  for (const std::string& records : {alias + address, address + alias}) {
    ASSERT_OK_AND_ASSIGN(const auto found,
                         DecodeDnsReply(AsBytes(Header("\x81\x80", "\0\x02"s) + kAsked + records), kQuestion));
    EXPECT_THAT(found.addresses, ElementsAre(Address("1.1.1.1")));
  }
}

TEST(DecodeDnsReply, PassesOverRecordsOfOtherNamesAndTypes) {
  const std::string other_name = "\x01"s + "x\xc0\x0e\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x01\x01\x01"s;
  const std::string other_type = "\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x02\x01x"s;
  const std::string other_class = "\xc0\x0c\0\x01\0\x03\0\0\0\x3c\0\x04\x08\x08\x04\x04"s;
  ASSERT_OK_AND_ASSIGN(const auto found, DecodeDnsReply(AsBytes(Header("\x81\x80", "\0\x03"s) + kAsked + other_name +
                                                                other_type + other_class),
                                                        kQuestion));
  EXPECT_THAT(found.addresses, IsEmpty());
}

TEST(DecodeDnsReply, EndsLoopsOfAliases) {
  const std::string loop = "\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x02\xc0\x0c"s;
  ASSERT_OK_AND_ASSIGN(const auto found, DecodeDnsReply(AsBytes(kOk + kAsked + loop), kQuestion));
  EXPECT_THAT(found.addresses, IsEmpty());
}

TEST(DecodeDnsReply, TellsNoSuchNameFromFailure) {
  ASSERT_OK_AND_ASSIGN(const auto none, DecodeDnsReply(AsBytes(Header("\x81\x83", "\0\0"s) + kAsked), kQuestion));
  EXPECT_THAT(none.addresses, IsEmpty());
  EXPECT_THAT(DecodeDnsReply(AsBytes(Header("\x81\x82", "\0\0"s) + kAsked), kQuestion),
              HasError(ErrorKind::kIo, "error 2"));
}

TEST(DecodeDnsReply, TakesWhatATruncatedAnswerHolds) {
  const std::string cut = Header("\x83\x80", "\0\x02"s) + kAsked + kRecord + kRecord.substr(0, 5);
  ASSERT_OK_AND_ASSIGN(const auto found, DecodeDnsReply(AsBytes(cut), kQuestion));
  EXPECT_THAT(found.addresses, ElementsAre(Address("8.8.4.4")));
  EXPECT_TRUE(found.truncated);
}

TEST(DecodeDnsReply, RefusesWhatDoesNotAnswerTheQuestion) {
  const std::string whole = kOk + kAsked + kRecord;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(DecodeDnsReply(AsBytes(whole.substr(0, size)), kQuestion), HasError(ErrorKind::kCorrupt, "DNS"))
        << size;
  }
  std::string other_id = whole;
  other_id[1] ^= 1;
  EXPECT_THAT(DecodeDnsReply(AsBytes(other_id), kQuestion), HasError(ErrorKind::kCorrupt, "not an answer"));
  EXPECT_THAT(DecodeDnsReply(AsBytes(Header("\x01\x80", "\0\x01"s) + kAsked + kRecord), kQuestion),
              HasError(ErrorKind::kCorrupt, "not an answer"));
  const std::string other_name = "\x01"s + "b\x07" + "example\x03" + "com\0\0\x01\0\x01"s;
  EXPECT_THAT(DecodeDnsReply(AsBytes(kOk + other_name + kRecord), kQuestion),
              HasError(ErrorKind::kCorrupt, "another question"));
}

TEST(DecodeDnsReply, RefusesPointersThatDoNotPointBack) {
  for (const std::string& owner : {"\xc0\x1f"s, "\xc0\xff"s, "\x40"s, "\x03"s + "a.b\0"s}) {
    EXPECT_THAT(DecodeDnsReply(AsBytes(kOk + kAsked + owner + kRecord.substr(2)), kQuestion),
                HasError(ErrorKind::kCorrupt, "DNS name"));
  }
}

}  // namespace
}  // namespace hallmark::sandbox
