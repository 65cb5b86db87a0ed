// tools/check/verdict.cpp -- what a check's exceptions mean.
#include "verdict.hpp"

#include <c10/util/Exception.h>

#include <weir/front/faults/fault.hpp>

#include <check/bench/broken.hpp>

namespace weir::conformance {
namespace {

constexpr const char* unexpected = "the check comes to its end";

}  // namespace

const char* name_of(Verdict::Status status) {
  switch (status) {
    case Verdict::Status::ok:
      return "ok";
    case Verdict::Status::failed:
      return "failed";
    case Verdict::Status::skipped:
      return "skipped";
  }
  return "";
}

nlohmann::json to_json(const Verdict& verdict) {
  nlohmann::json json = {{"status", name_of(verdict.status)}, {"note", verdict.note}};
  if (verdict.status == Verdict::Status::failed)
    json.update({{"expected", verdict.expected}, {"found", verdict.found}, {"remedy", verdict.remedy}});
  return json;
}

Verdict verdict_of(const nlohmann::json& json) {
  Verdict verdict;
  const std::string status = json.at("status");
  verdict.status = status == "ok"       ? Verdict::Status::ok
                   : status == "failed" ? Verdict::Status::failed
                                        : Verdict::Status::skipped;
  verdict.note = json.at("note");
  verdict.expected = json.value("expected", "");
  verdict.found = json.value("found", "");
  verdict.remedy = json.value("remedy", "");
  return verdict;
}

Verdict judged(const Work& work, const Trying& trying) {
  const auto failed = [](const std::string& expected, const std::string& found, const std::string& remedy) {
    return Verdict{Verdict::Status::failed, "", expected, found, remedy, 0};
  };
  const std::string remedy = "correct what throws; --in-process repeats it in a debugger";
  try {
    return {Verdict::Status::ok, work(trying), "", "", "", 0};
  } catch (const Broken& broken) {
    return failed(broken.expected, broken.found, broken.remedy);
  } catch (const Skipped& skipped) {
    return {Verdict::Status::skipped, skipped.what(), "", "", "", 0};
  } catch (const InvalidPipeline& invalid) {
    return failed("the pipeline can be planned", invalid.faults().front().message,
                  "correct the pipeline, or the plugin's plan");
  } catch (const c10::Error& error) {
    return failed(unexpected, error.what_without_backtrace(), remedy);
  } catch (const std::exception& error) {
    return failed(unexpected, error.what(), remedy);
  } catch (...) {
    return failed(unexpected, "something thrown that is no std::exception", remedy);
  }
}

}  // namespace weir::conformance
