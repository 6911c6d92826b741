import Foundation

/// What this process uses, under the names that Prometheus' own clients give it. From /proc (proc(5)); where there is none, nothing.
public enum ProcessFigures {
  public static func read() -> [Family] {
    guard let stat = text("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return [] }
    // Fields 3 and on; the second, the program's name, may hold spaces.
    let fields = stat[stat.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
    guard fields.count > 21 else { return [] }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    let page = Double(sysconf(Int32(_SC_PAGESIZE)))
    var families = [
      Family("process_cpu_seconds_total", .counter, [.init((fields[11] + fields[12]) / ticks)]),
      Family("process_threads", .gauge, [.init(fields[17])]),
      Family("process_virtual_memory_bytes", .gauge, [.init(fields[20])]),
      Family("process_resident_memory_bytes", .gauge, [.init(fields[21] * page)]),
    ]
    if let boot = text("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })
      .flatMap({ Double($0.dropFirst(6)) })
    {
      families.append(Family("process_start_time_seconds", .gauge, [.init(boot + fields[19] / ticks)]))
    }
    if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
      families.append(Family("process_open_fds", .gauge, [.init(Double(open))]))
    }
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      families.append(Family("process_max_fds", .gauge, [.init(Double(limit.rlim_cur))]))
    }
    return families
  }

  private static func text(_ path: String) -> String? {
    // Files of /proc have no length: they are read to their end.
    FileHandle(forReadingAtPath: path).flatMap { handle in
      defer { try? handle.close() }
      return (try? handle.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
