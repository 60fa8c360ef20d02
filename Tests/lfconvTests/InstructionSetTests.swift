import Foundation
import TestSupport
import Testing

/// The built program with every instruction set of this machine.
@Suite("Instruction sets")
struct InstructionSetTests {
  private static let names = ["baseline", "avx2", "avx512", "neon"]

  @Test(
    "Golden cases have the stated bits, with one thread and with two", arguments: names, [1, 2])
  func golden(name: String, threads: Int) throws {
    let result = try Program.run(
      ["verify", "--exact", "--json", "--threads", "\(threads)", Repository.golden],
      environment: ["LFCONV_CPU": name])
    if result.exitCode == 64 {
      // Not of this processor, which the program says.
      #expect(name != "baseline" && result.errors.contains("this processor has no \(name)"))
      return
    }
    #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
    #expect(result.json["instruction_set"] as? String == name)
    #expect(result.json["passed"] as? Int == Repository.goldenNames.count)
  }

  @Test("An instruction set that there is not is refused before any work")
  func unknown() throws {
    let result = try Program.run(
      ["inspect", "--json", Repository.golden("pad-zero") + "/source"],
      environment: ["LFCONV_CPU": "avx9"])
    #expect(result.exitCode == 64)
    #expect((result.json["error"] as? [String: Any])?["code"] as? String == "usage.cpu")
    #expect(result.json["schema"] as? String == "lfconv.inspect/1")
  }

  @Test("An empty variable counts as none")
  func empty() throws {
    let result = try Program.run(
      ["inspect", Repository.golden("pad-zero") + "/source"], environment: ["LFCONV_CPU": ""])
    #expect(result.exitCode == 0)
  }
}
