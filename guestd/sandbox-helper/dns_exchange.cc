// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/dns_exchange.h"

#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace hallmark::sandbox {
namespace {

constexpr std::chrono::seconds kAnswerTime{3};
constexpr size_t kLengthSize = 2;  // bytes of the length in front of a message over TCP
constexpr size_t kReadSize = 4096;

bool IsTransient(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

void DnsExchange::Start(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question,
                        Handler handler) {
  const std::shared_ptr<DnsExchange> exchange(
      new DnsExchange(loop, server, port, std::move(question), std::move(handler)));
  exchange->AskByDatagram();
}

DnsExchange::DnsExchange(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question, Handler handler)
    : loop_(loop),
      server_(MakeSocketAddress(server, port)),
      question_(std::move(question)),
      handler_(std::move(handler)),
      timer_(loop) {}

bool DnsExchange::Connect(int type) {
  socket_.reset();
  if (getrandom(&question_.id, sizeof question_.id, 0) != sizeof question_.id) return false;
  UniqueFd fd(socket(server_.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return false;
  if (connect(fd.get(), server_.get(), server_.size) != 0 && errno != EINPROGRESS) return false;
  socket_.emplace(loop_, std::move(fd));
  return true;
}

void DnsExchange::Await(Watched::Event event, void (DnsExchange::*step)()) {
  socket_->Await(event, [self = shared_from_this(), step] { (self.get()->*step)(); });
}

void DnsExchange::AskByDatagram() {
  if (!Connect(SOCK_DGRAM)) return Finish(IoError("the name server can't be reached"));
  const ByteVector query = EncodeDnsQuery(question_);
  if (send(socket_->fd(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
    return Finish(IoError("the name server can't be reached"));
  }
  timer_.Start(kAnswerTime, [self = shared_from_this()] { self->Finish(IoError("the name server did not answer")); });
  Await(Watched::Event::kReadable, &DnsExchange::TakeDatagram);
}

void DnsExchange::TakeDatagram() {
  std::array<uint8_t, kMaxDnsReply> buffer{};
  const ssize_t size = recv(socket_->fd(), buffer.data(), buffer.size(), 0);
  if (size < 0 && !IsTransient(errno)) return Finish(IoError("the name server does not listen"));
  if (size < 0) return Await(Watched::Event::kReadable, &DnsExchange::TakeDatagram);
  auto reply = DecodeDnsReply(ByteSpan(buffer).first(static_cast<size_t>(size)), question_);
  // This is not an answer to our question. The answer may still come.
  if (!reply.ok() && reply.error().kind == ErrorKind::kCorrupt) {
    return Await(Watched::Event::kReadable, &DnsExchange::TakeDatagram);
  }
  if (!reply.ok() || !reply->truncated) return Finish(std::move(reply));
  truncated_ = std::move(*reply);
  AskByTcp();
}

void DnsExchange::AskByTcp() {
  if (!Connect(SOCK_STREAM)) return FailTcp("can't be reached by TCP");
  const ByteVector query = EncodeDnsQuery(question_);
  bytes_ = {static_cast<uint8_t>(query.size() >> 8), static_cast<uint8_t>(query.size())};
  bytes_.insert(bytes_.end(), query.begin(), query.end());
  timer_.Start(kAnswerTime, [self = shared_from_this()] { self->FailTcp("did not answer by TCP"); });
  Await(Watched::Event::kWritable, &DnsExchange::SendQuery);
}

void DnsExchange::SendQuery() {
  const ssize_t sent = send(socket_->fd(), bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
  if (sent < 0 && !IsTransient(errno)) return FailTcp("does not listen by TCP");
  if (sent > 0) bytes_.erase(bytes_.begin(), bytes_.begin() + sent);
  if (!bytes_.empty()) return Await(Watched::Event::kWritable, &DnsExchange::SendQuery);
  Await(Watched::Event::kReadable, &DnsExchange::TakeStream);
}

void DnsExchange::TakeStream() {
  std::array<uint8_t, kReadSize> buffer{};
  const ssize_t size = recv(socket_->fd(), buffer.data(), buffer.size(), 0);
  if (size == 0 || (size < 0 && !IsTransient(errno))) return FailTcp("ended its answer by TCP before it was whole");
  if (size > 0) bytes_.insert(bytes_.end(), buffer.begin(), buffer.begin() + size);
  const size_t length = bytes_.size() < kLengthSize ? 0 : static_cast<size_t>(bytes_[0] << 8 | bytes_[1]);
  if (bytes_.size() < kLengthSize + length || bytes_.size() < kLengthSize) {
    return Await(Watched::Event::kReadable, &DnsExchange::TakeStream);
  }
  auto reply = DecodeDnsReply(ByteSpan(bytes_).subspan(kLengthSize, length), question_);
  if (!reply.ok()) return FailTcp("answered by TCP with something else: " + reply.error().message);
  Finish(std::move(reply));
}

void DnsExchange::FailTcp(std::string_view why) {
  if (truncated_ && !truncated_->addresses.empty()) return Finish(std::move(*truncated_));
  Finish(IoError("the name server " + std::string(why)));
}

void DnsExchange::Finish(Result<DnsReply> reply) {
  timer_.Cancel();
  if (socket_) socket_->Close();
  if (const Handler handler = std::exchange(handler_, nullptr)) handler(std::move(reply));
}

}  // namespace hallmark::sandbox
