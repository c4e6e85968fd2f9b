package addresslist_test

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

// formatList formats a list as "Name <address>" or "row 3: reason", one entry per line.
func formatList(list addresslist.List) string {
	var lines []string
	for _, e := range list.Entries {
		switch _, _, reason, _ := errs.Details(e.Err); {
		case e.Err != nil:
			lines = append(lines, fmt.Sprintf("row %d: %s", e.Row, reason))
		case e.Name != "":
			lines = append(lines, e.Name+" <"+e.Address+">")
		default:
			lines = append(lines, e.Address)
		}
	}
	return strings.Join(lines, "\n")
}

const bothPeople = "Ana Silva <ana.silva@example.org>\nRui Costa <rui.costa@example.org>"

func TestRead_RealWorldSamples(t *testing.T) {
	for _, sample := range hookstest.SampleLists(t) {
		want := strings.Join(sample.Want, "\n")
		uploaded, err := addresslist.ReadFile(strings.NewReader(sample.Text))
		if got := formatList(uploaded); err != nil || got != want {
			t.Errorf("%s, uploaded: %v\n%s, want %v", sample.Name, err, got, want)
		}
		if got := formatList(addresslist.Read(sample.Text)); got != want {
			t.Errorf("%s, pasted:\n%s, want %v", sample.Name, got, want)
		}
	}
}

func TestRead_Exports(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"Microsoft 365 with further addresses", "Display name,User principal name,Alternate email addresses,Proxy addresses\nAna Silva,ana.silva@example.org,ana@home.example,SMTP:a@example.org+smtp:b@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"Entra", "id,userPrincipalName,displayName,surname,mail,givenName,userType\n1,ana@tenant.example,Ana Silva,Silva,ana.silva@example.org,Ana,Member\n2,rui_costa#EXT#@tenant.example,Rui Costa,Costa,rui.costa@example.org,Rui,Guest\n", bothPeople},
		{"Entra without mail", "displayName,userPrincipalName,mail\nAna Silva,ana.silva@example.org,\nRui Costa,rui_costa#EXT#@tenant.example,\n", "Ana Silva <ana.silva@example.org>\nrow 3: This is the sign-in name of a Microsoft guest account, not an email address."},
		{"Google Workspace download", "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],Recovery Email,Manager Email\nAna,Silva,ana.silva@example.org,Active,home@example.net,rui.costa@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"Google Contacts, old", "Name,Given Name,Additional Name,Family Name,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value\nAna Silva,Ana,,Silva,,* myContacts,* Work,ana.silva@example.org,ana@home.example\n,Rui,,Costa,,,Work,,rui.costa@example.org\nNo Body,No,,Body,,,,,\n", bothPeople + "\nrow 4: This row has no address."},
		{"Google Contacts, new", "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Organization Title,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value\nAna,Maria,Silva,,Nina,,Board,Chair,,* myContacts,* Work,ana.silva@example.org ::: ana@home.example\n", "Ana Maria Silva <ana.silva@example.org>"},
		{"Outlook contacts", "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address\nMs,Ana,,Silva,,Example,Board,Chair,ana.silva@example.org,SMTP,Ana Silva (ana.silva@example.org),\n,Rui,,Costa,,,,,,,,rui.costa@example.org\n", bothPeople},
		{"Thunderbird", "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone\nAna,Silva,Ana Silva,nina,ana.silva@example.org,ana@home.example,,\nRui,Costa,,,rui.costa@example.org,,,\n", bothPeople},
		{"Slack", "username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp\nana,ana.silva@example.org,Member,1,0,0,U01,Ana Silva,nina,\nrui,rui.costa@example.org,Member,1,0,0,U02,Rui Costa,rui,\n", bothPeople},
		{"Zoom users", "Email,First Name,Last Name,Department,User Group,User Type\nana.silva@example.org,Ana,Silva,Board,,Licensed\n", "Ana Silva <ana.silva@example.org>"},
		{"Zoom participants below the meeting", "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n123 456,Board,01/02/2026 10:00:00 AM,01/02/2026 11:00:00 AM,host@example.org,60,2\n\nName (Original Name),User Email,Total Duration (Minutes),Guest\nAna Silva (Ana),ana.silva@example.org,60,No\nRui Costa,rui.costa@example.org,55,Yes\n", bothPeople},
		{"Moodle", "First name,Surname,ID number,Institution,Department,Email address\nAna,Silva,7,Example,Board,ana.silva@example.org\nRui,Costa,8,Example,Board,rui.costa@example.org\n", bothPeople},
		{"Moodle upload", "username,password,firstname,lastname,email,course1\nasilva,x,Ana,Silva,ana.silva@example.org,A1\n", "Ana Silva <ana.silva@example.org>"},
		{"Nextcloud", "Account name;Display name;Email;Groups;Quota\nana;Ana Silva;ana.silva@example.org;board;1 GB\nrui;Rui Costa;rui.costa@example.org;;1 GB\n", bothPeople},
		{"German", "Nachname;Vorname;Abteilung;E-Mail-Adresse\nSilva;Ana;Vorstand;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"German, short", "Name;Vorname;E-Mail\nSilva;Ana;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"German, full name", "Name;Vorname;E-Mail\nAna Silva;Ana;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"French", "Nom;Prénom;Adresse;Adresse e-mail\nSilva;Ana;1 rue X;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"Spanish", "Nombre;Apellidos;Correo electrónico\nAna;Silva Pérez;ana.silva@example.org\n", "Ana Silva Pérez <ana.silva@example.org>"},
		{"Portuguese", "Nome;Apelido;Endereço de e-mail\nAna;Silva;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"Italian", "Cognome,Nome,Indirizzo e-mail\nSilva,Ana,ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"Dutch", "Voornaam,Tussenvoegsel,Achternaam,E-mailadres\nAna,da,Silva,ana.silva@example.org\n", "Ana da Silva <ana.silva@example.org>"},
		{"Polish", "Imię i nazwisko;Adres e-mail\nAna Silva;ana.silva@example.org\n", "Ana Silva <ana.silva@example.org>"},
		{"an e-mail column beside an address", "Address,E-mail,Name\n\"1 Rua X, Lisboa\",ana.silva@example.org,Ana Silva\n", "Ana Silva <ana.silva@example.org>"},
		{"an e-mail column without addresses", "E-mail,Contact point,Name\nyes,ana.silva@example.org,Ana Silva\nno,rui.costa@example.org,Rui Costa\n", bothPeople},
		{"last names alone", "Last name,Email\nSilva,ana.silva@example.org\n", "ana.silva@example.org"},
		{"a department", "Email,Department\nana.silva@example.org,Board\nrui.costa@example.org,Board\n", "ana.silva@example.org\nrui.costa@example.org"},
		{"title, blank line and headings", "Members of the association 2026;;\n\nName;E-Mail;Since\nAna Silva;ana.silva@example.org;2019\nRui Costa;rui.costa@example.org;2020\n", bothPeople},
		{"a title with an address", "Exported by admin@example.org;;\nName;E-Mail;Since\nAna Silva;ana.silva@example.org;2019\n", "Ana Silva <ana.silva@example.org>"},
		{"sep=", "sep=;\r\nName;E-Mail\r\nSilva, Ana;ana.silva@example.org\r\n", "Ana Silva <ana.silva@example.org>"},
		{"bars", "Name|Email\nAna Silva|ana.silva@example.org\nRui Costa|rui.costa@example.org\n", bothPeople},
		{"unknown headings", "Kto;Kam\nAna Silva;ana.silva@example.org\nRui Costa;rui.costa@example.org\n", bothPeople},
		{"a private address where the first is empty", "Name,Work email,Private email\nAna Silva,ana.silva@example.org,ana@home.example\nRui Costa,,rui.costa@example.org\n", bothPeople},
		{"headings alone", "Email,Name\n", ""},
		{"rows without an address", "Name,Email\nAna Silva,ana.silva@example.org\nNobody,\nRui Costa,rui.costa@example.org\n", "Ana Silva <ana.silva@example.org>\nrow 3: This row has no address.\nRui Costa <rui.costa@example.org>"},
		{"an invalid address", "Name,Email\nAna Silva,ana.silva(at)example.org\nRui Costa,rui.costa@example.org\n", "row 2: No @ in the address.\nRui Costa <rui.costa@example.org>"},
		{"a comma that is not quoted", "Name,Email\nSilva, Ana,ana.silva@example.org\nRui Costa,rui.costa@example.org\n", "ana.silva@example.org\nRui Costa <rui.costa@example.org>"},
		{"the name in the cell of the address", "Email\tTeam\nAna Silva <ana.silva@example.org>\tBoard\n", "Ana Silva <ana.silva@example.org>"},
		{"two addresses and no name", "Team;Email\nBoard;ana.silva@example.org rui.costa@example.org\n", "ana.silva@example.org\nrui.costa@example.org"},
	} {
		if got := formatList(addresslist.Read(c.text)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestRead_TablesWithoutHeadings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"name and address", "Ana Silva,ana.silva@example.org\nRui Costa,rui.costa@example.org", bothPeople},
		{"address and name", "ana.silva@example.org;Ana Silva\nrui.costa@example.org;Rui Costa", bothPeople},
		{"first and last", "Ana\tSilva\tana.silva@example.org\nRui\tCosta\trui.costa@example.org", bothPeople},
		{"last and first", "Silva\tAna\tana.silva@example.org\nCosta\tRui\trui.costa@example.org", bothPeople},
		{"a position is no name", "Chair\tana.silva@example.org\nVice Chair\trui.costa@example.org", "ana.silva@example.org\nrui.costa@example.org"},
		{"a department", "Ana Silva\tBoard\tana.silva@example.org\nRui Costa\tFinance\trui.costa@example.org", bothPeople},
		{"a town is no name", "ana.silva@example.org\tLisboa\nrui.costa@example.org\tLisboa", "ana.silva@example.org\nrui.costa@example.org"},
		{"a name that the address does not show", "Ana Silva;nina77@example.org", "Ana Silva <nina77@example.org>"},
		{"two columns that could be the name", "Ana Silva\tNova Lisboa\tnina77@example.org", "nina77@example.org"},
		{"numbers", "1\tAna Silva\tana.silva@example.org\n2\tRui Costa\trui.costa@example.org", bothPeople},
		{"empty cells", "Ana Silva\t\tana.silva@example.org\nRui Costa\tBoard\trui.costa@example.org", bothPeople},
		{"among other lines", "first@example.org\nAna Silva\tana.silva@example.org\nRui Costa\trui.costa@example.org\nlast@example.org", "first@example.org\n" + bothPeople + "\nlast@example.org"},
	} {
		if got := formatList(addresslist.Read(c.text)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestRead_Pastes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " ,;\n\r\n , ", ""},
		{"commas, semicolons and lines", "a@x.example, b@x.example;c@x.example\nd@x.example\r\ne@x.example\rf@x.example;", "a@x.example\nb@x.example\nc@x.example\nd@x.example\ne@x.example\nf@x.example"},
		{"spaces", "a@x.example b@x.example  c@x.example", "a@x.example\nb@x.example\nc@x.example"},
		{"Gmail", "Ana Silva <ana.silva@example.org>, Rui Costa <rui.costa@example.org>, nina@example.org", bothPeople + "\nnina@example.org"},
		{"Apple Mail", "Ana Silva <ana.silva@example.org>, \"Costa, Rui\" <rui.costa@example.org>", bothPeople},
		{"Outlook with commas", "Silva, Ana <ana.silva@example.org>, Costa, Rui <rui.costa@example.org>", bothPeople},
		{"Outlook with a department", "Silva, Ana (Board) <ana.silva@example.org>; Costa, Rui (Finance, Porto) <rui.costa@example.org>", bothPeople},
		{"Outlook, copied from a message", "To: Ana Silva <ana.silva@example.org>; Rui Costa <rui.costa@example.org>", bothPeople},
		{"Outlook with links", "Ana Silva<mailto:ana.silva@example.org>; rui.costa@example.org<mailto:rui.costa@example.org>", "Ana Silva <ana.silva@example.org>\nrui.costa@example.org"},
		{"quoted addresses as names", "'ana@example.org' <ana@example.org>; \"rui@example.org\" <rui@example.org>", "ana@example.org\nrui@example.org"},
		{"entries separated by spaces", "Ana Silva <ana.silva@example.org> Rui Costa <rui.costa@example.org>", bothPeople},
		{"a remark as the name", "ana.silva@example.org (Ana Silva), board@example.org (Board)", "Ana Silva <ana.silva@example.org>\nboard@example.org"},
		{"addresses in brackets after names", "Ana Silva (ana.silva@example.org), Rui Costa (rui.costa@example.org)\nThe board (board@example.org)", bothPeople + "\nboard@example.org"},
		{"single quotation marks", "‘Rui Costa’ <rui.costa@example.org>; 'Ana Silva' <ana.silva@example.org>; Rui d’ <rui@example.org>", "Rui Costa <rui.costa@example.org>\nAna Silva <ana.silva@example.org>\nRui d’ <rui@example.org>"},
		{"double surname", "García López, Ana <ana@example.org>; de la Cruz, Rui <rui@example.org>", "Ana García López <ana@example.org>\nRui de la Cruz <rui@example.org>"},
		{"a suffix after the comma", "\"Ana Silva, Jr.\" <ana@example.org>; \"Silva, Costa & Partners\" <office@example.org>", "Ana Silva, Jr. <ana@example.org>\nSilva, Costa & Partners <office@example.org>"},
		{"a person without an address before the next", "John Smith, Ana Silva <ana.silva@example.org>", "row 1: No @ in the address.\nAna Silva <ana.silva@example.org>"},
		{"a numbered list", "1. Ana Silva <ana.silva@example.org>\n2) Rui Costa <rui.costa@example.org>\n(3) nina@example.org\n4)eva@example.org", bothPeople + "\nnina@example.org\neva@example.org"},
		{"bullets", "• Ana Silva <ana.silva@example.org>\n– rui.costa@example.org.\n* \u201cnina@example.org\u201d\n-eva@example.org,", "Ana Silva <ana.silva@example.org>\nrui.costa@example.org\nnina@example.org\neva@example.org"},
		{"smart quotation marks", "“Silva, Ana” <ana.silva@example.org>; „Costa, Rui“ <rui.costa@example.org>", bothPeople},
		{"non-breaking spaces", "Ana\u00a0Silva\u00a0<ana.silva@example.org>\u00a0", "Ana Silva <ana.silva@example.org>"},
		{"soft hyphens", "ana.sil\u00adva@exam\u200bple.org", "ana.silva@example.org"},
		{"a direction mark inside an address", "ana\u202egro@example.org", "row 1: The address has an invisible character. Type it again."},
		{"a chat", "[12/03/26, 10:22] Ana Silva: my address is ana.silva@example.org", "ana.silva@example.org"},
		{"words before and after", "Ana Silva - ana.silva@example.org - Board", "ana.silva@example.org"},
		{"labels", "E-mail: ana.silva@example.org\nmailto:rui.costa@example.org?subject=Hi\nEMAIL:nina@example.org", "ana.silva@example.org\nrui.costa@example.org\nnina@example.org"},
		{"markdown", "[ana@example.org](mailto:ana@example.org)\n**rui@example.org**", "ana@example.org\nrui@example.org"},
		{"separated by a slash", "ana@example.org/rui@example.org", "ana@example.org\nrui@example.org"},
		{"East Asian marks", "李小龙 <li@example.org>；王芳 <wang@example.org>、zhao@example.org", "李小龙 <li@example.org>\n王芳 <wang@example.org>\nzhao@example.org"},
		{"a name that is a link", "http://evil.example <ana@example.org>", "ana@example.org"},
		{"a direction mark in a name", "Ana \u202eavliS <ana@example.org>", "Ana avliS <ana@example.org>"},
		{"a name that is too long", strings.Repeat("Ana ", 30) + "<ana@example.org>", "ana@example.org"},
		{"an address inside a longer word", "jürgen@example.org\nana\"b@example.org\nhttps://example.org/ana@example.org\nana@example.org/x", "row 1: Unsupported characters before the @.\nrow 2: Not a valid email address.\nrow 3: This is a link, not an email address.\nrow 4: Invalid domain after the @."},
		{"no address", "Ada, Eve\nada@", "row 1: No @ in the address.\nrow 1: No @ in the address.\nrow 2: Nothing after the @."},
		{"mentions", "Ana (@ana) <ana@example.org>", "Ana <ana@example.org>"},
		{"a column of addresses with its heading", "Email\nana@example.org\nrui@example.org", "ana@example.org\nrui@example.org"},
		{"an open bracket", "Ada <a@x.example\nb@x.example", "Ada <a@x.example>\nb@x.example"},
		{"an open quotation mark", "\"Ada <a@x.example>\nb@x.example", "Ada <a@x.example>\nb@x.example"},
		{"contact cards", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Silva;Ana;;;\r\nFN:Ana Silva\r\nORG:Board\r\nitem1.EMAIL;TYPE=INTERNET:ana.silva@example.org\r\nEMAIL:ana@home.example\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Herr=C3=A1n;Luc=C3=ADa\r\nEMAIL;INTERNET:lucia@example.org\r\nEND:VCARD\r\n", "Ana Silva <ana.silva@example.org>\nLucía Herrán <lucia@example.org>"},
		{"a directory", "# board, example.org\ndn: cn=Ana Silva,ou=Board,dc=example,dc=org\ncn: Ana Silva\nou: Board\nmail: ana.silva@example.org\n\ndn: cn=Rui,dc=example,dc=org\ncn:: UnVpIENvc3Rh\nmail: rui.costa@example.org\n", bothPeople},
		{"properties", "Name: Ana Silva\nRole: Chair\nE-mail: ana.silva@example.org\n\nName: Rui Costa\nE-mail: rui.costa@example.org", bothPeople},
	} {
		if got := formatList(addresslist.Read(c.text)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
