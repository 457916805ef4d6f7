// SPDX-License-Identifier: Apache-2.0
// Objects behind the calls for files, in a store in memory; and what is said of a store's errors.
#include "io/object_file_system.h"

#include <arrow/filesystem/mockfs.h>
#include <arrow/io/interfaces.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/files_by_scheme.h"
#include "io/memory_file_system.h"
#include "io/object_path.h"
#include "io/s3.h"

namespace tidemark::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// As a store does: an object is there when its upload is closed, also when that is left to the destructor.
class Upload final : public arrow::io::OutputStream {
 public:
  Upload(arrow::fs::internal::MockFileSystem* store, std::string path) : store_(store), path_(std::move(path)) {}
  ~Upload() override { EXPECT_TRUE(Close().ok()); }

  arrow::Status Write(const void* bytes, int64_t length) override {
    bytes_.append(static_cast<const char*>(bytes), static_cast<size_t>(length));
    return arrow::Status::OK();
  }
  arrow::Status Close() override {
    if (closed_) return arrow::Status::OK();
    closed_ = true;
    // As in a store, folders need not be made.
    ARROW_RETURN_NOT_OK(store_->CreateDir(path_.substr(0, path_.rfind('/'))));
    ARROW_ASSIGN_OR_RAISE(const auto object, store_->MockFileSystem::OpenOutputStream(path_, nullptr));
    ARROW_RETURN_NOT_OK(object->Write(bytes_.data(), static_cast<int64_t>(bytes_.size())));
    return object->Close();
  }
  arrow::Status Abort() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(bytes_.size()); }
  bool closed() const override { return closed_; }

 private:
  arrow::fs::internal::MockFileSystem* store_;
  const std::string path_;
  std::string bytes_;
  bool closed_ = false;
};

class StoreInMemory final : public arrow::fs::internal::MockFileSystem {
 public:
  StoreInMemory() : MockFileSystem(arrow::fs::kNoTime) {}
  arrow::Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutputStream(
      const std::string& path, const std::shared_ptr<const arrow::KeyValueMetadata>&) override {
    return std::make_shared<Upload>(this, path);
  }
};

class ObjectFileSystemTest : public ::testing::Test {
 protected:
  ObjectFileSystemTest() { EXPECT_TRUE(store_->CreateDir("bucket").ok()); }

  ObjectStore Store() {
    return {.connect =
                [this](const std::string& bucket) {
                  connected_.push_back(bucket);
                  return arrow::Result<std::shared_ptr<arrow::fs::FileSystem>>(store_);
                },
            .explain = [](const arrow::Status& error,
                          const std::string& path) { return ExplainS3Error(error, path, "http://store:9000"); }};
  }

  void Write(const std::string& path, const std::string& bytes) {
    auto file = objects_.OpenForWrite(path).ValueOrDie();
    ASSERT_TRUE(file->Append(bytes).ok());
    ASSERT_TRUE(file->Commit().ok());
    EXPECT_EQ(file->bytes_written(), static_cast<int64_t>(bytes.size()));
  }

  std::string Read(const std::string& path, int64_t piece) {
    auto file = objects_.OpenForRead(path).ValueOrDie();
    std::string bytes;
    std::string part(static_cast<size_t>(piece), '\0');
    while (true) {
      const int64_t read = file->ReadAt(static_cast<int64_t>(bytes.size()), piece, part.data()).ValueOrDie();
      bytes.append(part, 0, static_cast<size_t>(read));
      if (read < piece) return bytes;
    }
  }

  std::vector<std::string> connected_;
  std::shared_ptr<StoreInMemory> store_ = std::make_shared<StoreInMemory>();
  ObjectFileSystem objects_{Store()};
};

TEST_F(ObjectFileSystemTest, GivesBackWhatWasWritten) {
  std::string bytes;
  for (int i = 0; bytes.size() < (size_t{9} << 20); ++i) bytes += std::to_string(i);
  Write("s3://bucket/state/a", bytes);
  EXPECT_EQ(objects_.Stat("s3://bucket/state/a")->size_bytes, static_cast<int64_t>(bytes.size()));
  for (const int64_t piece : {100'003, 4 << 20, 100 << 20}) EXPECT_TRUE(Read("s3://bucket/state/a", piece) == bytes);
  EXPECT_THAT(connected_, ElementsAre("bucket"));
}

TEST_F(ObjectFileSystemTest, ReadsBackwardsToo) {
  Write("s3://bucket/state/a", "0123456789");
  const auto file = objects_.OpenForRead("s3://bucket/state/a").ValueOrDie();
  char two[2];
  for (int64_t at = 8; at >= 0; --at) {
    ASSERT_EQ(*file->ReadAt(at, 2, two), 2);
    EXPECT_EQ(two[0], '0' + at);
  }
  EXPECT_EQ(*file->ReadAt(9, 2, two), 1);
  EXPECT_EQ(*file->ReadAt(10, 2, two), 0);
}

TEST_F(ObjectFileSystemTest, WhatWasNotCommittedIsNoObject) {
  ASSERT_TRUE(store_->CreateDir("bucket/state").ok());
  {
    const auto abandoned = objects_.OpenForWrite("s3://bucket/state/abandoned").ValueOrDie();
    ASSERT_TRUE(abandoned->Append("half of it").ok());
    const auto aborted = objects_.OpenForWrite("s3://bucket/state/aborted").ValueOrDie();
    ASSERT_TRUE(aborted->Append("half of it").ok());
    ASSERT_TRUE(aborted->Abort().ok());
    EXPECT_TRUE(aborted->Append("more").IsInvalid());
    EXPECT_TRUE(aborted->Commit().IsInvalid());
  }
  EXPECT_TRUE(objects_.List("s3://bucket/state", false)->empty());
}

TEST_F(ObjectFileSystemTest, ListsAndRemovesByPrefix) {
  Write("s3://bucket/state/chk-1/a", "1");
  Write("s3://bucket/state/chk-2/b", "22");
  std::vector<std::string> paths;
  for (const auto& entry : *objects_.List("s3://bucket/state", false)) paths.push_back(entry.path);
  EXPECT_THAT(paths, ElementsAre("s3://bucket/state/chk-1", "s3://bucket/state/chk-2"));
  EXPECT_TRUE(objects_.Stat("s3://bucket/state/chk-1")->is_directory);
  ASSERT_TRUE(objects_.Remove("s3://bucket/state/chk-1").ok());
  ASSERT_TRUE(objects_.Remove("s3://bucket/state/chk-1").ok());  // absent is OK
  EXPECT_FALSE(objects_.Exists("s3://bucket/state/chk-1"));
  EXPECT_THAT(objects_.List("s3://bucket/state/chk-1", false).status().message(),
              HasSubstr("s3://bucket/state/chk-1: No such file or directory"));
  EXPECT_THAT(objects_.OpenForRead("s3://bucket/state/chk-2").status().message(), HasSubstr("Is a directory"));
}

TEST_F(ObjectFileSystemTest, SaysWhichBucketIsMissing) {
  for (const auto& status :
       {objects_.CreateFolders("s3://other/state"), objects_.List("s3://other/state", false).status()}) {
    EXPECT_THAT(status.message(), HasSubstr("s3://other/state: there is no bucket 'other' at http://store:9000"));
  }
  EXPECT_TRUE(objects_.CreateFolders("s3://bucket/state").ok());
  EXPECT_TRUE(objects_.Stat("s3://").status().IsInvalid());
}

TEST(FilesByScheme, ChoosesByThePath) {
  MemoryFileSystem files;
  MemoryFileSystem objects;
  FilesByScheme both(&files, &objects);
  objects.Put("s3://bucket/a", "object");
  files.Put("/a", "file");
  EXPECT_EQ(both.Stat("s3://bucket/a")->size_bytes, 6);
  EXPECT_EQ(both.Stat("/a")->size_bytes, 4);
  EXPECT_TRUE(both.Rename("/a", "s3://bucket/b").IsInvalid());
  ASSERT_TRUE(both.Remove("s3://bucket/a").ok());
  EXPECT_TRUE(files.Exists("/a"));
}

std::string Explained(const std::string& error) {
  return ExplainS3Error(arrow::Status::IOError(error), "s3://bucket/state/job/owner", "").message();
}

TEST(S3, SaysWhatToDoAboutErrors) {
  EXPECT_THAT(Explained("AWS Error NO_SUCH_BUCKET during PutObject operation: x"),
              HasSubstr("no bucket 'bucket' at AWS. Make it"));
  EXPECT_THAT(Explained("AWS Error ACCESS_DENIED during PutObject operation: x"), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(Explained("AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 7"),
              HasSubstr("cannot be reached. Check the network"));
  EXPECT_THAT(Explained("AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 60, SSL peer certificate"),
              HasSubstr("is not trusted. AWS_CA_BUNDLE"));
  EXPECT_THAT(Explained("AWS Error SLOW_DOWN"), HasSubstr("s3://bucket/state/job/owner: AWS Error SLOW_DOWN"));
}

TEST(S3, TakesNoEndpointThatIsNone) {
  for (const char* endpoint : {"ftp://host", "http://", "http://user:hunter2@host", "http://host/path"}) {
    const auto store = S3Store({.endpoint = endpoint});
    EXPECT_THAT(store.status().message(), HasSubstr("The endpoint for s3:// is not one")) << endpoint;
    EXPECT_THAT(store.status().message(), Not(HasSubstr("hunter2")));
  }
  for (const char* endpoint : {"http://127.0.0.1:9000", "https://s3.example.com/", "s3.example.com:9000"}) {
    EXPECT_TRUE(S3Store({.endpoint = endpoint}).ok()) << endpoint;
  }
  EXPECT_THAT(S3Store({.access_key = "a"}).status().message(), HasSubstr("go together"));
}

}  // namespace
}  // namespace tidemark::io
