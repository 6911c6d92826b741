import Kernel

/// An act that uses what the parts offer. They are handed in by the desk, and are no part of the input: the same key with
/// the same words is the same act.
package protocol UsesParts: Command {
  var parts: HarmParts { get set }
}

/// Where people act on incidents: hands each act what it needs, and runs it once for its key.
package struct IncidentDesk: Sendable {
  package let kernel: Kernel
  package let parts: HarmParts

  package init(kernel: Kernel, parts: HarmParts) {
    self.kernel = kernel
    self.parts = parts
  }

  package func perform<C: Command>(_ command: C, by actor: Actor, key: String) async throws -> C.Output {
    try await kernel.perform(command, by: actor, key: key)
  }

  package func perform<C: UsesParts>(_ command: C, by actor: Actor, key: String) async throws -> C.Output {
    var command = command
    command.parts = parts
    return try await kernel.perform(command, by: actor, key: key)
  }
}
