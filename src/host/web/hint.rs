//! Why there is no GPU in this browser, and what to switch on.

/// A sentence or two from what the browser says of itself.
pub fn no_gpu_hint(user_agent: &str, has_webgpu: bool, secure: bool) -> String {
    if !secure {
        return "WebGPU needs a page served over https or from this machine.".into();
    }
    let browser = browser(user_agent);
    if has_webgpu {
        return format!(
            "{browser} has WebGPU but offers no adapter: its GPU may be on a blocklist, or hardware acceleration is off."
        );
    }
    let switch_on = match browser {
        "Firefox" => "Use a current version; on Linux set dom.webgpu.enabled in about:config.",
        "Safari" => "Use version 26 or later, or switch WebGPU on among the feature flags in the developer settings.",
        "Chrome" | "Edge" | "Opera" => {
            "Switch hardware acceleration on in its settings; on Linux also try the flag #enable-unsafe-webgpu."
        }
        _ => "A current Chrome, Edge, Firefox or Safari has it.",
    };
    format!("{browser} has no WebGPU here. {switch_on}")
}

fn browser(user_agent: &str) -> &'static str {
    // The order matters: everyone claims to be Chrome and Safari too.
    let known =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    known.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("This browser", |(_, name)| name)
}
