//! Headless Chromium, driven over WebDriver, with a WAV file as its microphone. Ended when dropped.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// A page on two busy cores is slow; what takes longer is broken. Only a failure waits so long.
const PAGE_DEADLINE: Duration = Duration::from_secs(180);

/// What a window hears and sees; Chromium's own beeps and pictures otherwise.
#[derive(Clone, Copy)]
struct Senses<'a> {
    microphone: Option<&'a Path>,
    camera: Option<&'a Path>,
}

/// One browser window.
pub struct Browser {
    driver: Child,
    pub client: Client,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of `width` x `height` CSS pixels; `microphone` is what it hears.
    pub async fn open(width: u32, height: u32, microphone: Option<&Path>) -> Self {
        Self::open_with(width, height, Senses { microphone, camera: None }).await
    }

    /// The same with a film (MJPEG) in front of its camera.
    pub async fn with_camera(width: u32, height: u32, camera: &Path) -> Self {
        Self::open_with(width, height, Senses { microphone: None, camera: Some(camera) }).await
    }

    async fn open_with(width: u32, height: u32, hears: Senses<'_>) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that the browser ends with its driver.
            .process_group(0)
            .spawn()
            .expect("chromedriver starts; `apt-get install chromium chromium-driver` brings it");
        let port = port(&mut driver);
        let profile = tempfile::tempdir().expect("a profile folder can be made");
        let capabilities = capabilities(width, height, hears, profile.path());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium opens");
        let browser = Self { driver, client, _profile: profile };
        browser.resize(width, height).await;
        browser
    }

    /// The window option of old headless modes counts the frame; the viewport is set to the pixel here.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Touches the element with this `data-testid`, once it can be.
    pub async fn touch(&self, id: &str) {
        self.until(id, |element| async move { element.click().await.is_ok() }).await;
    }

    pub async fn type_into(&self, id: &str, text: &str) {
        let element =
            self.client.find(Locator::Css(&css(id))).await.unwrap_or_else(|_| panic!("{id} is not on the page"));
        element.send_keys(text).await.expect("the field takes keys");
    }

    /// Types into the field, once it takes keys.
    pub async fn fill(&self, id: &str, text: &str) {
        self.until(id, |element| async move {
            element.is_enabled().await.unwrap_or(false) && element.send_keys(text).await.is_ok()
        })
        .await;
    }

    /// The text of the element once it contains `part`.
    pub async fn reads(&self, id: &str, part: &str) -> String {
        let since = Instant::now();
        loop {
            let text = match self.client.find(Locator::Css(&css(id))).await {
                Ok(element) => element.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if text.contains(part) {
                return text;
            }
            if since.elapsed() > PAGE_DEADLINE {
                let page = self.value("document.body.innerText").await;
                panic!("{id} reads {text:?}, not {part:?}, on a page that reads {page}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether the JavaScript expression becomes true `within` this time.
    pub async fn comes(&self, expression: &str, within: Duration) -> bool {
        let since = Instant::now();
        while since.elapsed() < within {
            if self.value(expression).await.as_bool().unwrap_or(false) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }

    /// Waits until the JavaScript expression is true.
    pub async fn holds(&self, expression: &str) {
        let since = Instant::now();
        while !self.value(expression).await.as_bool().unwrap_or(false) {
            if since.elapsed() > PAGE_DEADLINE {
                let page = self.value("document.body.innerText").await;
                panic!("never true: {expression}, on a page that reads {page}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn value(&self, expression: &str) -> Value {
        self.client.execute(&format!("return ({expression})"), Vec::new()).await.expect("the page runs the expression")
    }

    /// Saves what is seen under `tests/out`, for people to look at.
    pub async fn picture(&self, name: &str) {
        let folder = crate::support::root().join("tests/out");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let png = self.client.screenshot().await.expect("Chromium takes a picture");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("the picture can be kept");
    }

    /// Saves the same on a phone and on a desktop, and leaves the window as a desktop's.
    pub async fn pictures(&self, name: &str) {
        for (size, width, height) in [("phone", 390, 844), ("desktop", 1440, 900)] {
            self.resize(width, height).await;
            self.holds("document.documentElement.scrollWidth <= innerWidth").await;
            self.picture(&format!("{name}-{size}")).await;
        }
    }

    /// Gives the file field a file, as a person who chooses one.
    pub async fn choose_file(&self, id: &str, path: &Path) {
        let path = path.to_str().expect("the path is text");
        self.until(id, |element| async move { element.send_keys(path).await.is_ok() }).await;
    }

    async fn until<F: Future<Output = bool>>(&self, id: &str, tried: impl Fn(fantoccini::elements::Element) -> F) {
        let since = Instant::now();
        loop {
            if let Ok(element) = self.client.find(Locator::Css(&css(id))).await
                && tried(element).await
            {
                return;
            }
            assert!(since.elapsed() < PAGE_DEADLINE, "{id} cannot be touched");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let command = DevTools { command: command.into(), parameters };
        self.client.issue_cmd(command).await.expect("Chromium takes the command");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("--").arg(format!("-{}", self.driver.id())).status();
        let _ = self.driver.wait();
    }
}

fn css(id: &str) -> String {
    // The hand-over's elements have ids of their own.
    format!("[data-testid=\"{id}\"], [id=\"{id}\"]")
}

fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
    let port = lines
        .find_map(|line| {
            line.split_once("successfully on port ").and_then(|(_, port)| port.trim_end_matches('.').parse().ok())
        })
        .expect("chromedriver tells its port");
    std::thread::spawn(move || lines.for_each(drop));
    port
}

fn capabilities(width: u32, height: u32, hears: Senses<'_>, profile: &Path) -> serde_json::Map<String, Value> {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        // A desk's own certificate is known to its kiosks, not to this browser.
        "--ignore-certificate-errors",
        "--use-fake-ui-for-media-stream",
        // Few pictures a second: two browsers code them on the cores that everything else needs.
        "--use-fake-device-for-media-stream=fps=10",
    ]
    .map(String::from)
    .to_vec();
    arguments.push(format!("--window-size={width},{height}"));
    arguments.push(format!("--user-data-dir={}", profile.display()));
    if let Some(file) = hears.microphone {
        arguments.push(format!("--use-file-for-fake-audio-capture={}", file.display()));
    }
    if let Some(file) = hears.camera {
        arguments.push(format!("--use-file-for-fake-video-capture={}", file.display()));
    }
    let options = json!({"args": arguments, "binary": "/usr/bin/chromium"});
    serde_json::Map::from_iter([("goog:chromeOptions".to_string(), options)])
}

/// Chromium's own command beside WebDriver.
#[derive(Debug)]
struct DevTools {
    command: String,
    parameters: Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"cmd": self.command, "params": self.parameters}).to_string()))
    }
}
