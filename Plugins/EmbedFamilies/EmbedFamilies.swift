import Foundation
import PackagePlugin

/// Puts the tables under `Specs/families` into the code as text.
///
/// The package manager can embed files, but not tell which there are. With this
/// a family is one table: no list names it.
@main
struct EmbedFamilies: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Families").resolvingSymlinksInPath()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") }.sorted()
    var code = "/// The tables under `Specs/families`, by the names of their files.\n"
    code += "enum EmbeddedFamilies {\n  static let texts: [(file: String, text: String)] = [\n"
    for name in names {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      code += "    (\"\(name)\", ####\"\"\"\n\(text)\n\"\"\"####),\n"
    }
    code += "  ]\n}\n"
    let generated = context.pluginWorkDirectoryURL.appending(path: "Generated")
    try FileManager.default.createDirectory(at: generated, withIntermediateDirectories: true)
    let file = generated.appending(path: "EmbeddedFamilies.swift")
    // Written when it has changed, so that nothing is compiled again without need.
    if (try? String(contentsOf: file, encoding: .utf8)) != code {
      try code.write(to: file, atomically: true, encoding: .utf8)
    }
    // The file is there already; the command makes the package manager take it.
    return [
      .prebuildCommand(
        displayName: "Embed Specs/families", executable: URL(filePath: "/usr/bin/true"),
        arguments: [], outputFilesDirectory: generated)
    ]
  }
}
