import Kernel
import Store
import TestSupport
import Testing

@Suite("A success that comes after a refusal")
struct LateSuccessTests {
  @Test("counts where nothing else lives in its slot", arguments: TestEngine.available)
  func alone(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1", slot: "obligation:1")
      house.partner.answers(.perform, .refused(code: "declined"))
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      try await house.apply()
      let state = try await house.state("r1")
      #expect(state == .done)
    }
  }

  @Test(
    "is surplus while another attempt lives", arguments: TestEngine.available,
    [Verdict.pending, .unknown(reason: "?"), .done])
  func surplus(engine: TestEngine, second: Verdict) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1", slot: "obligation:1")
      house.partner.answers(.perform, .refused(code: "declined"), second)
      try await house.send()
      try await house.enqueue("r2", slot: "obligation:1")
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      try await house.apply()
      let first = try await house.state("r1")
      #expect(first == .surplus)
      try await house.receive(ScriptedPartner.message("e2", "r2", "t2", "done"))
      try await house.apply()
      let other = try await house.state("r2")
      #expect(other == .done)
    }
  }

  @Test("of two attempts that were both refused counts once", arguments: TestEngine.available, [true, false])
  func both(engine: TestEngine, together: Bool) async throws {
    try await House.open(on: engine) { house in
      house.partner.answers(.perform, .refused(code: "declined"), .refused(code: "declined"))
      for reference in ["r1", "r2"] {
        try await house.enqueue(reference, slot: "obligation:1")
        try await house.send()
      }
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      if !together { try await house.apply() }
      try await house.receive(ScriptedPartner.message("e2", "r2", "t2", "done"))
      try await house.apply()
      let states = [try await house.state("r1"), try await house.state("r2")]
      #expect(states == [.done, .surplus])
    }
  }
}
