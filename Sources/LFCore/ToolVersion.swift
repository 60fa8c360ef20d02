/// The version of this tool, as containers record it.
public enum ToolVersion {
  /// Name and version; the one line that a release changes.
  public static let text = "lfconv 1.0.0"
}
