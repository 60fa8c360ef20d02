import Dispatch
import Synchronization

// What the sanitizer has to report, and what not: run.sh looks at both before it
// believes a run without reports.

final class Kept: Sendable {
  let values = Mutex<[Int]>([])
}

final class Unguarded: @unchecked Sendable {
  var values = 0
}

let kept = Kept()
let unguarded = Unguarded()
let isGuarded = CommandLine.arguments.contains("guarded")
DispatchQueue.concurrentPerform(iterations: 8) { thread in
  for step in 0..<20_000 {
    guard isGuarded else {
      unguarded.values += step
      continue
    }
    kept.values.withLock { values in
      if values.count > 64 { values = [] }
      values.append(thread * step)
    }
  }
}
print(kept.values.withLock { $0.count }, unguarded.values)
