import Kernel
import Synchronization
import Testing

@Suite("The steady clock")
struct SteadyClockTests {
  /// A system clock that can be set, and one that only counts.
  final class Machine: Sendable {
    private struct State {
      var system = Instant(seconds: 1_700_000_000)
      var elapsed = Span.seconds(0)
      var events: [SteadyClock.Event] = []
    }

    private let state = Mutex(State())

    var clock: SteadyClock {
      SteadyClock(
        system: { self.system }, elapsed: { self.state.withLock { $0.elapsed } },
        tell: { event in self.state.withLock { $0.events.append(event) } })
    }
    var system: Instant { state.withLock { $0.system } }
    var events: [SteadyClock.Event] { state.withLock { $0.events } }

    func pass(_ span: Span) {
      state.withLock {
        $0.system = $0.system + span
        $0.elapsed = $0.elapsed + span
      }
    }
    func set(ahead span: Span) { state.withLock { $0.system = $0.system + span } }
  }

  @Test("follows the system's clock, and what corrects it by little")
  func follows() {
    let machine = Machine()
    let clock = machine.clock
    for step in [Span.seconds(9), .seconds(-9), .milliseconds(3)] {
      machine.pass(.hours(30))
      machine.set(ahead: step)
      #expect(clock.now() == machine.system)
    }
    #expect(machine.events.isEmpty)
  }

  @Test(
    "goes on as before while the system's clock stands elsewhere", arguments: [Span.hours(1), .days(-1), .days(400)])
  func jumps(by span: Span) {
    let machine = Machine()
    let clock = machine.clock
    let before = clock.now()
    machine.set(ahead: span)
    #expect(clock.now() == before)
    machine.pass(.seconds(60))
    #expect(clock.now() == before + .seconds(60))
    machine.set(ahead: span * -1)
    #expect(clock.now() == machine.system)
    #expect(machine.events == [.jumped(span), .isBack])
  }

  @Test("takes over a jump that stays")
  func stays() {
    let machine = Machine()
    let clock = machine.clock
    machine.set(ahead: .hours(2))
    let held = clock.now()
    machine.pass(SteadyClock.patience - .seconds(1))
    #expect(clock.now() == held + SteadyClock.patience - .seconds(1))
    machine.pass(.seconds(1))
    #expect(clock.now() == machine.system)
    machine.pass(.hours(1))
    #expect(clock.now() == machine.system)
    #expect(machine.events == [.jumped(.hours(2)), .followed(.hours(2))])
  }

  @Test("does not take over a clock that goes on jumping")
  func hops() {
    let machine = Machine()
    let clock = machine.clock
    let start = clock.now()
    for minute in 1...20 {
      machine.set(ahead: minute % 2 == 0 ? .hours(3) : .hours(-2))
      machine.pass(.minutes(1))
      #expect(clock.now() == start + .minutes(Int64(minute)))
    }
  }
}
