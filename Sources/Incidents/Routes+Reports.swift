import Documents
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// What became of an incident, for whoever supervises: to print, and for programs.
extension IncidentRoutes {
  func addReports(to doors: Doors) {
    doors.get("incidents/:id/report.pdf", needs: .readIncidents) { _, visit -> Response in
      let report = try await report(visit)
      let console = frame.plain(for: visit)
      let bytes = try report.document(console.localTime, sender: sender, made: console.now).pdf()
      return FileResponse(pdf: bytes, name: "incident-\(report.incident)").response()
    }
    doors.get("incidents/:id/report.json", needs: .readIncidents) { _, visit -> Response in
      let report = try await report(visit)
      return FileResponse(json: try report.json(), name: "incident-\(report.incident)").response()
    }
  }

  private func report(_ visit: Visit) async throws -> IncidentReport {
    guard let report = try await IncidentReport.read(try number(visit), desk.parts, journal, in: store) else {
      throw Self.missing
    }
    return report
  }
}
