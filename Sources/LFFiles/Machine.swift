import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Facts about the machine and the process.
package enum Machine {
  /// Processors that are online.
  package static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The processor as its maker calls it, or its architecture where the system
  /// does not tell.
  package static var processorName: String {
    #if canImport(Darwin)
      var size = 0
      if unsafe sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1 {
        var name = [UInt8](repeating: 0, count: size)
        if unsafe sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 {
          return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
      }
    #else
      // Where x86 names it.
      if let name = value(of: "model name", in: "/proc/cpuinfo") {
        return printable(name, limit: 100)
      }
    #endif
    return architecture
  }

  #if !canImport(Darwin)
    /// The first value of a name in a file of lines `name: value`, if it stands
    /// within the first 4096 bytes.
    fileprivate static func value(of name: String, in file: String) -> String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      let count = unsafe read(descriptor, &bytes, bytes.count)
      close(descriptor)
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      for line in text.split(separator: "\n") where line.hasPrefix(name) {
        let value = line.drop { $0 != ":" }.dropFirst().drop { $0 == " " || $0 == "\t" }
        if !value.isEmpty { return String(value) }
      }
      return nil
    }
  #endif

  private static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #else
      "processor"
    #endif
  }

  /// The date and the time of day at Greenwich, as in "2026-11-26 11:20 UTC".
  package static var date: String { date(ofSecond: time(nil)) }

  /// The same of a second since 1970.
  static func date(ofSecond second: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    // Days from 1 March of year 0, so that a leap day ends its year.
    let days = second / 86_400 + 719_468
    let era = days / 146_097
    let day = days % 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * month + 2) / 5 + 1
    let number = month < 10 ? month + 3 : month - 9
    let minutes = second % 86_400 / 60
    return "\(era * 400 + year + (number <= 2 ? 1 : 0))-\(two(number))-\(two(date)) "
      + "\(two(minutes / 60)):\(two(minutes % 60)) UTC"
  }

  /// An environment variable.
  package static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Ends the process.
  package static func exit(_ code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #else
      Darwin.exit(code)
    #endif
  }
}

extension Machine {
  /// Most bytes of memory this process has held at a time.
  package static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      // A process begins with the maximum of the one that started it in what
      // getrusage tells, but not here.
      if let text = value(of: "VmHWM", in: "/proc/self/status"),
        let kilobytes = text.split(separator: " ").first.flatMap({ Int($0) })
      {
        return kilobytes * 1024
      }
      guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #else
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}

extension Machine {
  /// Lets `peakMemory` begin again at what is held now; false where the system
  /// has no way to.
  package static func resetPeakMemory() -> Bool {
    #if os(Linux)
      // See proc(5), clear_refs.
      let descriptor = unsafe open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return false }
      defer { close(descriptor) }
      return unsafe write(descriptor, "5", 1) == 1
    #else
      return false
    #endif
  }
}
