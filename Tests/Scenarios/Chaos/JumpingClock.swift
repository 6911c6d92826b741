import Foundation

/// A clock that a test sets while a program runs: a small library before the system's (LD_PRELOAD) that adds seconds from a
/// file to the time of day. What measures lengths of time stays right, as it does when a real clock is set.
///
/// Debian's libfaketime moves `timerfd_settime` too, whatever clock a timer runs on: every `Task.sleep` of the program stood
/// still for as long as the clock was back.
struct JumpingClock {
  private let file: URL
  private let library: URL

  var environment: [String: String] { ["LD_PRELOAD": library.path, "CHAOS_CLOCK": file.path] }

  /// `cc` comes with g++, which Swift itself needs here.
  static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static const int64_t right = 0;
    static const volatile int64_t *seconds = &right;

    __attribute__((constructor)) static void map(void) {
      int file = open(getenv("CHAOS_CLOCK"), O_RDONLY);
      void *page = mmap(0, sizeof right, PROT_READ, MAP_SHARED, file, 0);
      if (page == MAP_FAILED) abort();
      seconds = page;
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = syscall(SYS_clock_gettime, clock, now);
      if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *seconds;
      return result;
    }

    int gettimeofday(struct timeval *restrict now, void *restrict zone) {
      int result = syscall(SYS_gettimeofday, now, zone);
      if (result == 0) now->tv_sec += *seconds;
      return result;
    }

    time_t time(time_t *also) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (also) *also = now.tv_sec;
      return now.tv_sec;
    }
    """

  /// - Parameter folder: where its two files go.
  init(in folder: URL) async throws {
    file = folder.appending(path: "clock")
    library = folder.appending(path: "clock.so")
    try Data(count: 8).write(to: file)
    let source = folder.appending(path: "clock.c")
    try Data(Self.source.utf8).write(to: source)
    let (code, text) = try await Program.run(
      ["-shared", "-fPIC", "-O1", "-o", library.path, source.path], of: Self.compiler ?? "cc", in: folder)
    guard code == 0 else { throw Program.Failed(text: "cc: \(text)") }
  }

  /// From now on the clock is so many seconds ahead; 0: right.
  func set(ahead seconds: Int64) throws {
    // In place: the program has this very file mapped.
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
    try handle.close()
  }
}
