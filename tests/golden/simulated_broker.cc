// SPDX-License-Identifier: Apache-2.0
// Requests and what becomes of them.
#include "golden/simulated_broker.h"

#include <arrow/status.h>

#include <algorithm>
#include <utility>

namespace tidemark::golden {

using connectors::kafka::Marker;
using connectors::kafka::OutRecord;
using connectors::kafka::PreparedReader;
using connectors::kafka::PreparingWriter;
using connectors::kafka::TransactionPort;
using runtime::Fault;

void SimulatedBroker::DrawFaults() {
  if (chooser_.OneIn(2)) return;
  const std::vector<int> rates = {0, 3, 10, 50};
  faults_ = {.error_one_in = chooser_.Pick(rates),
             .unknown_one_in = chooser_.Pick(rates),
             .duplicate_one_in = chooser_.Pick(rates),
             .silent_one_in = chooser_.Pick(rates),
             .budget = 1 + chooser_.Choose(10)};
  if (faults_.error_one_in > 0) counts_.Draw(Fault::kBrokerError);
  if (faults_.unknown_one_in > 0) counts_.Draw(Fault::kUnknownOutcome);
  if (faults_.duplicate_one_in > 0) counts_.Draw(Fault::kDuplicateDelivery);
  if (faults_.silent_one_in > 0) counts_.Draw(Fault::kSilentBroker);
}

bool SimulatedBroker::Spend(int one_in) {
  if (one_in == 0 || faults_.budget == 0 || !chooser_.OneIn(one_in)) return false;
  --faults_.budget;
  return true;
}

arrow::Status SimulatedBroker::Request(io::SimulatedDisk* machine, const std::string& what,
                                       const std::function<arrow::Status()>& effect) {
  ARROW_RETURN_NOT_OK(machine->Operate(what));
  if (Spend(faults_.error_one_in)) {
    counts_.Fire(Fault::kBrokerError);
    return arrow::Status::IOError(what, ": ", kPassingError, " is not there");
  }
  ARROW_RETURN_NOT_OK(effect());
  ARROW_RETURN_NOT_OK(machine->Operate(what));
  if (Spend(faults_.unknown_one_in)) {
    counts_.Fire(Fault::kUnknownOutcome);
    return arrow::Status::IOError(what, ": ", kPassingError, " has not answered");
  }
  return arrow::Status::OK();
}

arrow::Result<SimulatedBroker::Transaction*> SimulatedBroker::Find(const std::string& transactional_id, int64_t epoch) {
  Transaction& transaction = transactions_[transactional_id];
  if (transaction.epoch == epoch) return &transaction;
  ++fenced_;
  return arrow::Status::IOError("'", transactional_id, "' is fenced");
}

arrow::Result<int64_t> SimulatedBroker::InitProducer(io::SimulatedDisk* machine, const std::string& transactional_id) {
  int64_t epoch = 0;
  ARROW_RETURN_NOT_OK(Request(machine, "opening " + transactional_id, [&] {
    Transaction& transaction = transactions_[transactional_id];
    epoch = transaction.epoch + 1;
    transaction = Transaction{.epoch = epoch, .records = {}, .group = {}, .marker = {}};
    return arrow::Status::OK();
  }));
  return epoch;
}

arrow::Status SimulatedBroker::Produce(io::SimulatedDisk* machine, const std::string& transactional_id, int64_t epoch,
                                       std::vector<BrokerRecord> records) {
  return Request(machine, "producing as " + transactional_id, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(Transaction* const transaction, Find(transactional_id, epoch));
    transaction->records = std::move(records);
    return arrow::Status::OK();
  });
}

arrow::Status SimulatedBroker::SetMarker(io::SimulatedDisk* machine, const std::string& transactional_id, int64_t epoch,
                                         const std::string& group, const Marker& marker) {
  return Request(machine, "marking as " + transactional_id, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(Transaction* const transaction, Find(transactional_id, epoch));
    transaction->group = group;
    transaction->marker = marker;
    return arrow::Status::OK();
  });
}

arrow::Status SimulatedBroker::EndTransaction(io::SimulatedDisk* machine, const std::string& transactional_id,
                                              int64_t epoch, bool commit) {
  return Request(machine, "ending a transaction of " + transactional_id, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(Transaction* const transaction, Find(transactional_id, epoch));
    if (commit) {
      std::move(transaction->records.begin(), transaction->records.end(), std::back_inserter(log_));
      markers_[transaction->group] = transaction->marker;
    }
    *transaction = Transaction{.epoch = epoch, .records = {}, .group = {}, .marker = {}};
    return arrow::Status::OK();
  });
}

arrow::Result<Marker> SimulatedBroker::MarkerOf(io::SimulatedDisk* machine, const std::string& group) {
  ARROW_RETURN_NOT_OK(Request(machine, "reading the marker " + group, [] { return arrow::Status::OK(); }));
  const auto found = markers_.find(group);
  return found == markers_.end() ? Marker{} : found->second;
}

void SimulatedBroker::SetTopics(const BrokerTopics* topics) {
  for (const auto& [name, partitions] : *topics) {
    const bool grows = name.ends_with('+');
    const int known = static_cast<int>(partitions.size()) - (grows ? 1 : 0);
    topics_.emplace(grows ? name.substr(0, name.size() - 1) : name, Topic{&partitions, known, chooser_.Choose(60)});
  }
}

arrow::Result<SimulatedBroker::Fetched> SimulatedBroker::Fetch(io::SimulatedDisk* machine, const std::string& topic,
                                                               int partition, int64_t offset, int64_t count) {
  ARROW_RETURN_NOT_OK(machine->Operate("reading " + topic));
  Topic& from = topics_.at(topic);
  const bool more = from.known < Partitions(topic);
  if (more && !std::exchange(from.counted, true)) counts_.Draw(Fault::kNewPartition);
  if (more && from.fetches_until_more-- <= 0) {
    ++from.known;
    counts_.Fire(Fault::kNewPartition);
  }
  const std::vector<std::string>& values = (*from.values)[static_cast<size_t>(partition)];
  const auto end = static_cast<int64_t>(values.size());
  Fetched fetched;
  fetched.at_end = offset >= end;
  if (fetched.at_end) return fetched;
  if (faults_.silent_one_in > 0 && chooser_.OneIn(faults_.silent_one_in)) {
    counts_.Fire(Fault::kSilentBroker);
    return fetched;
  }
  fetched.offset = offset;
  if (offset > 0 && faults_.duplicate_one_in > 0 && chooser_.OneIn(faults_.duplicate_one_in)) {
    counts_.Fire(Fault::kDuplicateDelivery);
    fetched.offset -= 1 + chooser_.Choose(static_cast<int>(std::min<int64_t>(offset, 20)));
  }
  for (int64_t at = fetched.offset; at < end && at < offset + count; ++at) {
    fetched.values.push_back(&values[static_cast<size_t>(at)]);
  }
  return fetched;
}

std::vector<BrokerRecord> SimulatedBroker::Committed(const std::string& topic) const {
  std::vector<BrokerRecord> records;
  std::copy_if(log_.begin(), log_.end(), std::back_inserter(records),
               [&](const BrokerRecord& record) { return record.topic == topic; });
  return records;
}

namespace {

class BrokerTransactions final : public TransactionPort {
 public:
  BrokerTransactions(SimulatedBroker* broker, io::SimulatedDisk* machine, PreparingWriter writer, int64_t epoch)
      : broker_(broker), machine_(machine), writer_(std::move(writer)), epoch_(epoch) {}

  arrow::Result<Marker> ReadMarker(const std::string& /*topic*/) override {
    return broker_->MarkerOf(machine_, writer_.marker_group);
  }

  arrow::Status Write(const PreparedReader& reader, const std::string& /*topic*/, bool* again) override {
    const arrow::Status status = TryToWrite(reader);
    if (status.ok()) return status;
    // The client's library ends what may still be open, and gives up when it cannot.
    *again = broker_->EndTransaction(machine_, writer_.transactional_id, epoch_, /*commit=*/false).ok();
    return status;
  }

 private:
  arrow::Status TryToWrite(PreparedReader reader) {
    std::vector<BrokerRecord> records;
    const Marker marker{.checkpoint = reader.checkpoint(), .nonce = std::to_string(reader.nonce())};
    OutRecord record;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, reader.Next(&record));
      if (!more) break;
      records.push_back({record.topic, record.key.value_or(""), record.value.value_or("")});
    }
    ARROW_RETURN_NOT_OK(broker_->Produce(machine_, writer_.transactional_id, epoch_, std::move(records)));
    ARROW_RETURN_NOT_OK(broker_->SetMarker(machine_, writer_.transactional_id, epoch_, writer_.marker_group, marker));
    return broker_->EndTransaction(machine_, writer_.transactional_id, epoch_, /*commit=*/true);
  }

  SimulatedBroker* const broker_;
  io::SimulatedDisk* const machine_;
  const PreparingWriter writer_;
  const int64_t epoch_;
};

}  // namespace

arrow::Result<std::unique_ptr<TransactionPort>> OpenBrokerTransactions(SimulatedBroker* broker,
                                                                       io::SimulatedDisk* machine,
                                                                       const PreparingWriter& writer) {
  ARROW_ASSIGN_OR_RAISE(const int64_t epoch, broker->InitProducer(machine, writer.transactional_id));
  return std::make_unique<BrokerTransactions>(broker, machine, writer, epoch);
}

}  // namespace tidemark::golden
