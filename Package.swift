// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// What the program spends its time in is optimised in debug builds too: tests live through thousands of simulated months,
// and `make run` needs no second build of everything.
let optimised = swift + [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The executable wires libraries together; it would have to import every module behind every one of them.
let wiring: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
  name: "amends",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "amends", targets: ["Server"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // Both come with Hummingbird anyway.
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
  ],
  targets: [
    .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLibpango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
    .systemLibrary(name: "CLibidn2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
    .systemLibrary(name: "CLibcsv", providers: [.apt(["libcsv-dev"])]),
    .systemLibrary(name: "CLibqrencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .target(name: "CLanguages"),
    .target(
      name: "Store",
      dependencies: [
        "CLibpq", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
        logging, metrics,
      ],
      swiftSettings: optimised),
    .target(
      name: "Kernel", dependencies: ["Store", crypto, logging, metrics, tracing], exclude: ["README.md"],
      swiftSettings: optimised),
    .target(
      name: "Operation", dependencies: ["Kernel", logging, metrics, tracing], exclude: ["README.md"],
      swiftSettings: optimised),
    .target(
      name: "Words", dependencies: ["Kernel", "CLanguages"], exclude: ["README.md", "Languages"],
      swiftSettings: optimised),
    .target(
      name: "Documents", dependencies: ["Kernel", "CLibpango"], exclude: ["README.md"], swiftSettings: optimised),
    .target(
      name: "Web",
      dependencies: [
        "Store", "Kernel", "Words", hummingbird, .product(name: "Mustache", package: "swift-mustache"), logging,
        metrics, tracing,
      ],
      exclude: ["API/README.md"],
      resources: [
        .embedInCode("Templates/layout.mustache"), .embedInCode("Templates/refusal.mustache"),
        .embedInCode("Templates/keys.mustache"),
        .embedInCode("Templates/chart.mustache"), .embedInCode("Templates/table.mustache"),
        .embedInCode("Templates/own-frame.mustache"), .embedInCode("Templates/own-refusal.mustache"),
        .embedInCode("Templates/live.mustache"),
        .embedInCode("Assets/console.css"),
        .embedInCode("Assets/console.js"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Mail",
      dependencies: [
        "Store", "Kernel", "Words", "Web", "CLibcurl", "CLibidn2", hummingbird,
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      exclude: ["README.md"],
      resources: [
        .embedInCode("Letters/letter.html.mustache"), .embedInCode("Letters/letter.text.mustache"),
        .embedInCode("Pages/mails.mustache"), .embedInCode("Pages/mail.mustache"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Billing", dependencies: ["Kernel", "Web", "Words", "Documents", crypto, logging], exclude: ["README.md"],
      resources: [
        .embedInCode("Pages/today.mustache"), .embedInCode("Pages/subscriber.mustache"),
        .embedInCode("Pages/subscribers.mustache"), .embedInCode("Pages/charges.mustache"),
        .embedInCode("Pages/act.mustache"),
        .embedInCode("Pages/Own/own.mustache"), .embedInCode("Pages/Own/own-method.mustache"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Accounts",
      dependencies: ["Kernel", "Web", "Words", "Store", "CLibqrencode", crypto, cryptoExtras, hummingbird, logging],
      exclude: ["README.md"],
      resources: [
        .embedInCode("Pages/sign-in.mustache"), .embedInCode("Pages/second-step.mustache"),
        .embedInCode("Pages/forgotten.mustache"), .embedInCode("Pages/link.mustache"),
        .embedInCode("Pages/once.mustache"), .embedInCode("Pages/own-account.mustache"),
        .embedInCode("Pages/accounts.mustache"), .embedInCode("Pages/account.mustache"),
        .embedInCode("Pages/own-link.mustache"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Webhooks", dependencies: ["Kernel", "Store", "Words", "Web", crypto, httpClient, hummingbird],
      exclude: ["README.md"],
      resources: [.embedInCode("Pages/webhooks.mustache"), .embedInCode("Pages/webhook.mustache")],
      swiftSettings: optimised),
    .target(
      name: "Incidents", dependencies: ["Store", "Kernel", "Words", "Web", "Documents", hummingbird],
      exclude: ["README.md"],
      resources: [
        .embedInCode("Pages/incidents.mustache"), .embedInCode("Pages/incident.mustache"),
        .embedInCode("Pages/people.mustache"), .embedInCode("Pages/affected.mustache"),
        .embedInCode("Pages/lesson.mustache"), .embedInCode("Pages/launches.mustache"),
        .embedInCode("Pages/launch.mustache"),
        .embedInCode("Pages/checklist.mustache"), .embedInCode("Pages/objection.mustache"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Desk", dependencies: ["Store", "Kernel", "Web", "Words", hummingbird], exclude: ["README.md"],
      resources: [
        .embedInCode("Pages/partners.mustache"), .embedInCode("Pages/partner.mustache"),
        .embedInCode("Pages/queue.mustache"), .embedInCode("Pages/waiting.mustache"),
        .embedInCode("Pages/messages.mustache"), .embedInCode("Pages/alerts.mustache"),
        .embedInCode("Pages/facts.mustache"), .embedInCode("Pages/fact.mustache"),
      ],
      swiftSettings: optimised),
    .target(
      name: "Partners", dependencies: ["Kernel", "Billing", "CLibcsv", crypto, httpClient, logging],
      swiftSettings: optimised),
    .target(
      name: "Simulator",
      dependencies: [
        "Store", "Kernel", "Billing", "Incidents", "Web", crypto, hummingbird, httpClient, lifecycle, logging,
      ],
      resources: [.embedInCode("Replay/ReplayReport.mustache")],
      swiftSettings: optimised),
    .executableTarget(
      name: "Server",
      dependencies: [
        "Store", "Kernel", "Web", "Words", "Mail", "Billing", "Incidents", "Accounts", "Desk", "Webhooks", "Partners",
        "Simulator", "Operation", crypto, hummingbird, httpClient, lifecycle, logging, metrics, tracing,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: wiring),
    .target(
      name: "TestSupport", dependencies: ["Store", "CLibpq", httpClient, logging], path: "Tests/TestSupport",
      swiftSettings: wiring),
    .executableTarget(
      name: "Bench",
      dependencies: [
        "Store", "Kernel", "Billing", "Incidents", "Accounts", "Partners", "Operation", "CLibpq", "TestSupport", crypto,
        httpClient, logging, metrics,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks", exclude: ["Peers"], swiftSettings: optimised),
    .testTarget(name: "StoreTests", dependencies: ["Store", "TestSupport"], swiftSettings: swift),
    .testTarget(name: "KernelTests", dependencies: ["Kernel", "Store", "TestSupport", crypto], swiftSettings: swift),
    .testTarget(
      name: "BillingTests",
      dependencies: ["Billing", "Simulator", "Web", "Kernel", "Store", "TestSupport", crypto],
      swiftSettings: swift),
    .testTarget(
      name: "IncidentsTests",
      dependencies: [
        "Incidents", "Billing", "Documents", "Simulator", "Web", "Words", "Kernel", "Store", "TestSupport", crypto,
      ],
      swiftSettings: swift),
    .testTarget(
      name: "PartnersTests",
      dependencies: ["Partners", "Billing", "Kernel", "TestSupport", crypto, httpClient, hummingbird, logging],
      swiftSettings: swift),
    .testTarget(
      name: "SimulatorTests",
      dependencies: [
        "Simulator", "Kernel", "Billing", "TestSupport", crypto, httpClient, hummingbird, lifecycle, logging,
      ],
      swiftSettings: swift),
    .testTarget(name: "DocumentsTests", dependencies: ["Documents", "Kernel"], swiftSettings: swift),
    .testTarget(name: "WordsTests", dependencies: ["Words", "Kernel", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "WebTests",
      dependencies: [
        "Web", "Words", "Billing", "Simulator", "Kernel", .product(name: "HummingbirdTesting", package: "hummingbird"),
      ],
      swiftSettings: swift),
    .testTarget(
      name: "AccountsTests",
      dependencies: [
        "Accounts", "Server", "Billing", "Incidents", "Web", "Kernel", "Store", "TestSupport", crypto, cryptoExtras,
        hummingbird,
        httpClient,
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ],
      swiftSettings: wiring),
    .testTarget(
      name: "APITests",
      dependencies: [
        "Server", "Accounts", "Billing", "Web", "Kernel", "Store", "TestSupport", hummingbird,
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ],
      swiftSettings: wiring),
    .testTarget(
      name: "MailTests",
      dependencies: [
        "Mail", "Words", "Web", "Billing", "Kernel", "Store", "TestSupport", crypto,
        .product(name: "HummingbirdTesting", package: "hummingbird"), hummingbird,
      ],
      exclude: ["Support/mail_server.py"], swiftSettings: swift),
    .testTarget(
      name: "WebhooksTests", dependencies: ["Webhooks", "Web", "Words", "Kernel", "Store", "TestSupport", crypto],
      exclude: ["Support/webhook_consumer.py"], swiftSettings: swift),
    .testTarget(
      name: "DeskTests",
      dependencies: [
        "Desk", "Server", "Accounts", "Words", "Web", "Billing", "Kernel", "Store", "TestSupport", crypto, hummingbird,
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ],
      swiftSettings: wiring),
    .testTarget(name: "Tidy", path: "Tests/Tidy", swiftSettings: swift),
    .testTarget(
      name: "Scenarios",
      dependencies: [
        "Server", "Accounts", "Web", "Webhooks", "Simulator", "Billing", "Incidents", "Kernel", "Store", "TestSupport",
        httpClient, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Scenarios",
      exclude: [
        "Support/read_figures.py", "Support/read_spans.py", "Browser/browser.py", "Browser/walk.py",
        "Browser/keyboard.py", "Browser/incident.py", "Browser/own.py", "Browser/look.js",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "OperationTests",
      dependencies: ["Operation", "Server", "Kernel", "Store", "TestSupport", logging, metrics, tracing],
      swiftSettings: wiring),
    .testTarget(
      name: "Fuzz",
      dependencies: [
        "Server", "Simulator", "Accounts", "Partners", "Billing", "Web", "Kernel", "Store", "TestSupport", crypto,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", swiftSettings: wiring),
  ]
)
