/// The version of this tool, as containers record it.
public enum ToolVersion {
  public static let text = "lfconv 0.1.0"
}
