//! The door keeper over a real file: first start, logins right and wrong, roles, the last owner.

use std::net::IpAddr;

use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
const PASSWORD: &str = "correct horse";

async fn opened(folder: &tempfile::TempDir) -> People {
    let store = AdminStore::open(&folder.path().join("admin.db")).unwrap();
    People::open(Arc::new(Worker::start("admin", 64, store))).await.unwrap()
}

#[tokio::test]
async fn the_first_secret_makes_one_owner_and_no_second() {
    let folder = tempfile::tempdir().unwrap();
    let people = opened(&folder).await;
    assert!(people.needs_first().await.unwrap());
    let secret = people.first_secret().borrow().clone().unwrap();
    let wrong = people.begin("0000-0000", "anna", PASSWORD, HERE).await.unwrap_err();
    assert!(matches!(wrong, AdminError::WrongSecret), "{wrong}");
    let short = people.begin(&secret, "anna", "short", HERE).await.unwrap_err();
    assert!(matches!(short, AdminError::Refused(PasswordError::Short)), "{short}");
    let anna = people.begin(&secret.to_lowercase(), "anna", PASSWORD, HERE).await.unwrap();
    assert_eq!((anna.name.as_str(), anna.role), ("anna", Role::Owner));
    let again = people.begin(&secret, "eve", PASSWORD, HERE).await.unwrap_err();
    assert!(matches!(again, AdminError::NotFirst), "{again}");
    assert_eq!(*people.first_secret().borrow(), None);
    drop(people);
    assert!(!opened(&folder).await.needs_first().await.unwrap(), "a restart knows that somebody exists");
}

#[tokio::test]
async fn the_first_secret_cannot_be_guessed_at_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let people = opened(&folder).await;
    for _ in 0..20 {
        people.begin("0000-0000", "eve", PASSWORD, HERE).await.unwrap_err();
    }
    let secret = people.first_secret().borrow().clone().unwrap();
    let error = people.begin(&secret, "eve", PASSWORD, HERE).await.unwrap_err();
    assert!(matches!(error, AdminError::TooMany { .. }), "{error}");
}

#[tokio::test]
async fn wrong_logins_are_slowed_down_and_nobody_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let people = opened(&folder).await;
    people.add("anna", Role::Owner, PASSWORD).await.unwrap();
    let eve: IpAddr = "198.51.100.1".parse().unwrap();
    let mut refused = 0;
    for attempt in 0..12 {
        match people.login("anna", &format!("wrong guess {attempt}"), eve).await.unwrap_err() {
            AdminError::Wrong => {}
            AdminError::TooMany { wait } if wait <= Duration::from_secs(60) => refused += 1,
            error => panic!("{error}"),
        }
    }
    assert!(refused >= 4, "{refused}");
    assert_eq!(people.login("anna", PASSWORD, HERE).await.unwrap().role, Role::Owner);
    let nobody = people.login("nobody", PASSWORD, HERE).await.unwrap_err();
    assert!(matches!(nobody, AdminError::Wrong), "{nobody}");
}

#[tokio::test]
async fn role_and_password_change_the_stamp_and_an_owner_stays() {
    let folder = tempfile::tempdir().unwrap();
    let people = opened(&folder).await;
    people.add("anna", Role::Owner, PASSWORD).await.unwrap();
    people.add("ben", Role::Viewer, PASSWORD).await.unwrap();
    let twice = people.add("ben", Role::Owner, PASSWORD).await.unwrap_err();
    assert!(matches!(twice, AdminError::Known(_)), "{twice}");
    let stamp = async |name: &str| people.person(name).await.unwrap().unwrap().stamp;
    let before = stamp("ben").await;
    people.change("ben", Some(Role::Technician), None).await.unwrap();
    let after = stamp("ben").await;
    assert_ne!(before, after);
    people.change_own("ben", PASSWORD, "another horse", HERE).await.unwrap();
    assert_ne!(after, stamp("ben").await);
    assert!(people.login("ben", PASSWORD, HERE).await.is_err());
    assert_eq!(people.login("ben", "another horse", HERE).await.unwrap().role, Role::Technician);

    for error in
        [people.remove("anna").await.unwrap_err(), people.change("anna", Some(Role::Viewer), None).await.unwrap_err()]
    {
        assert!(matches!(error, AdminError::LastOwner(_)), "{error}");
    }
    people.change("anna", None, Some("a third horse")).await.unwrap();
    people.change("ben", Some(Role::Owner), None).await.unwrap();
    people.remove("anna").await.unwrap();
    assert!(matches!(people.remove("anna").await.unwrap_err(), AdminError::Unknown(_)));
    assert_eq!(people.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_person_added_on_the_console_closes_the_first_secret() {
    let folder = tempfile::tempdir().unwrap();
    let people = opened(&folder).await;
    let mut console = AdminStore::open(&folder.path().join("admin.db")).unwrap();
    put_person(&mut console, "anna", Role::Owner, PASSWORD).unwrap();
    assert!(!people.needs_first().await.unwrap());
    assert_eq!(*people.first_secret().borrow(), None);
    set_password(&mut console, "anna", "another horse").unwrap();
    assert!(people.login("anna", "another horse", HERE).await.is_ok());
    assert!(matches!(remove_person(&mut console, "anna"), Err(AdminError::LastOwner(_))));
    assert!(matches!(set_role(&mut console, "eve", Role::Owner), Err(AdminError::Unknown(_))));
}
