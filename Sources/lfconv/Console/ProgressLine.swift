import Dispatch
import LFCore
import LFFiles
import Synchronization

/// What is being done and how far it is, on one line of a terminal: a bar, how
/// fast it goes, and how long it will take.
final class ProgressLine: Sendable {
  /// What a step has to do in all, for its rate.
  enum Total: Sendable, Equatable {
    case bytes(Int)
    /// So many things of a name.
    case items(Int, String)
  }

  private struct State {
    var step: Step?
    /// Steps that are over, with the seconds that they took.
    var ended: [(action: String, seconds: Double)] = []
    var drawn = ""
    var drawnAt = -Double.infinity
  }

  private struct Step {
    let action: String
    let began: Double
    var fraction: Double
    /// When the fraction was told.
    var toldAt: Double
    /// How much it grew by then: between two reports the bar moves on by that at
    /// most, at the speed until now.
    var growth = 0.0
    var total: Total?
  }

  private let isShown: Bool
  private let width: Int
  private let now: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - width: columns of the terminal.
  ///   - ticks: whether the line is redrawn now and then by itself.
  ///   - now: seconds of a clock that never goes back.
  ///   - write: takes what is drawn.
  init(
    isShown: Bool, width: Int = 80, ticks: Bool = false,
    now: @escaping @Sendable () -> Double = ProgressLine.clock(),
    write: @escaping @Sendable (String) -> Void = StandardStreams.error
  ) {
    self.isShown = isShown
    self.width = width
    self.now = now
    self.write = write
    if isShown, ticks { scheduleTick() }
  }

  /// Seconds since this was called.
  static func clock() -> @Sendable () -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    return { (clock.now - start) / .seconds(1) }
  }

  /// Redraws the line, when it has changed.
  ///
  /// - Parameter total: what there is to do, where that is known.
  func show(_ action: String, _ fraction: Double, of total: Total? = nil) {
    let time = now()
    state.withLock { state in
      let fraction = max(0, min(1, fraction))
      if state.step?.action != action {
        end(&state, at: time)
        state.step = Step(action: action, began: time, fraction: 0, toldAt: time)
      }
      if let step = state.step, fraction != step.fraction {
        state.step?.growth = max(0, fraction - step.fraction)
        state.step?.fraction = fraction
        state.step?.toldAt = time
      }
      if let total { state.step?.total = total }
      draw(&state, time)
    }
  }

  /// Redraws the line with a text of its own, when it has changed.
  func show(_ text: String) {
    guard isShown else { return }
    state.withLock { state in
      let text = String(text.prefix(max(1, width - 1)))
      guard text != state.drawn else { return }
      state.drawn = text
      write("\r\u{1B}[K" + text)
    }
  }

  /// Removes the line, so that something else can be printed.
  func hide() {
    guard isShown else { return }
    state.withLock { state in
      if !state.drawn.isEmpty { write("\r\u{1B}[K") }
      state.drawn = ""
    }
  }

  /// Removes the line, and ends its last step.
  func clear() {
    hide()
    let time = now()
    state.withLock { end(&$0, at: time) }
  }

  /// The steps that are over, in order, with the seconds that they took.
  var steps: [(action: String, seconds: Double)] { state.withLock { $0.ended } }

  private func end(_ state: inout State, at time: Double) {
    guard let step = state.step else { return }
    state.ended.append((step.action, time - step.began))
    state.step = nil
  }

  /// Redraws the line from time to time, as long as somebody holds it.
  private func scheduleTick() {
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.5) { [weak self] in
      self?.tick()
      self?.scheduleTick()
    }
  }

  private func tick() {
    let time = now()
    state.withLock { state in
      if !state.drawn.isEmpty { draw(&state, time) }
    }
  }

  // MARK: The line

  /// Shortest time between two drawings of the same percentage.
  private static let pause = 0.25

  private func draw(_ state: inout State, _ time: Double) {
    guard isShown, let step = state.step else { return }
    let text = Self.text(step, at: time, width: width)
    let head = text.prefix { $0 != "%" }
    guard text != state.drawn, head != state.drawn.prefix(head.count) || isDue(state, time)
    else { return }
    state.drawn = text
    state.drawnAt = time
    write("\r\u{1B}[K" + text)
  }

  private func isDue(_ state: State, _ time: Double) -> Bool {
    time - state.drawnAt >= Self.pause
  }

  private static func text(_ step: Step, at time: Double, width: Int) -> String {
    let passed = step.toldAt - step.began
    var fraction = step.fraction
    if passed > 0, fraction > 0, fraction < 1 {
      let ahead = (time - step.toldAt) * fraction / passed
      fraction = min(0.99, fraction + min(ahead, step.growth))
    }
    var parts = ["\(Int(fraction * 100)) %"]
    let elapsed = time - step.began
    if elapsed >= 1, fraction > 0 {
      if let total = step.total { parts.append(rate(total, fraction / elapsed)) }
      if fraction < 1 { parts.append(duration(elapsed / fraction - elapsed) + " left") }
    }
    let tail = parts.joined(separator: "  ")
    // A line that wraps could not be removed any more.
    let room = width - step.action.count - tail.count - 6
    let cells = min(24, room)
    guard cells >= 8 else { return String((step.action + " " + tail).prefix(max(1, width - 1))) }
    let full = Int(fraction * Double(cells))
    let bar =
      String(repeating: "=", count: full)
      + (full < cells ? ">" + String(repeating: " ", count: cells - full - 1) : "")
    return "\(step.action) [\(bar)] \(tail)"
  }

  private static func rate(_ total: Total, _ perSecond: Double) -> String {
    switch total {
    case .bytes(let count): Int(Double(count) * perSecond).byteText + "/s"
    case .items(let count, let name): (Double(count) * perSecond).rounded3 + " \(name)/s"
    }
  }

  /// A time in one or two units, as in "42 s" or "3 min 20 s".
  static func duration(_ seconds: Double) -> String {
    guard seconds < 1e9 else { return "long" }
    let whole = max(1, Int(seconds.rounded(.up)))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
