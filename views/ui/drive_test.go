package ui_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestDrive(t *testing.T) {
	base := os.Getenv("DRIVE")
	if base == "" {
		t.Skip()
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.Flag("disable-quic", true))
	actx, c0 := chromedp.NewExecAllocator(context.Background(), opts...)
	defer c0()
	ctx, c1 := chromedp.NewContext(actx)
	defer c1()
	ctx, c2 := context.WithTimeout(ctx, 150*time.Second)
	defer c2()
	do := func(a ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, a...); err != nil {
			t.Fatal(err)
		}
	}
	js := func(s string) string {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+s+")"))
		if err != nil {
			t.Fatal(s, err)
		}
		return v
	}
	shot := func(name string) {
		b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		_ = os.WriteFile("/tmp/gallery/"+name+".png", b, 0o600)
	}
	do(chromedp.Navigate("about:blank"))
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			t.Log("CONSOLE", m.String())
		}
	}()
	axe, _ := os.ReadFile("/work/main/static/vendor/test/axe.min.js")
	runAxe := func(p string) {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](string(axe)+";'x'")); err != nil {
			t.Fatal(err)
		}
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run().then(r => r.violations.map(v => v.id+": "+v.nodes.map(n=>n.html.slice(0,160)+" "+n.failureSummary.slice(0,200)).slice(0,3).join(" || ")).join("\n"))`, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		t.Log("AXE", p, v)
	}
	settle := func() { time.Sleep(350 * time.Millisecond) }
	desk, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile)
	do(desk)
	for _, p := range []string{"/list", "/details", "/add", "/confirm", "/empty", "/form", "/signin", "/error", "/invitation"} {
		for _, theme := range []string{"", "?t=dark"} {
			do(chromedp.Navigate(base + p + theme))
			settle()
			runAxe(p + theme)
			n := "d" + p[1:]
			if theme != "" {
				n += "-dark"
			}
			shot(n)
		}
	}
	do(phone)
	for _, p := range []string{"/list", "/details", "/add", "/confirm", "/empty", "/form", "/signin", "/error"} {
		do(chromedp.Navigate(base + p))
		settle()
		t.Log("width", p, js("document.documentElement.scrollWidth+' '+innerWidth"))
		shot("p" + p[1:])
	}
	do(chromedp.Navigate(base + "/list"))
	settle()
	js(`document.querySelector('[popovertarget]').click()`)
	js(`document.querySelector('.person summary').click()`)
	settle()
	shot("pdrawer")
	runAxe("drawer")
	do(desk, chromedp.Navigate(base+"/list"))
	settle()
	active := `document.activeElement.outerHTML.slice(0,90)`
	js(`document.querySelector('.switcher summary').click()`)
	settle()
	shot("dswitcher")
	js(`document.querySelector('.person summary').click()`)
	settle()
	t.Log("switcher closed by click elsewhere:", js(`document.querySelector('.switcher').open`))
	shot("dperson")
	js(`document.querySelector('[data-theme-set=dark]').click()`)
	t.Log("theme:", js(`document.documentElement.dataset.theme+localStorage.theme`))
	do(chromedp.Navigate(base + "/list"))
	t.Log("theme kept:", js(`document.documentElement.dataset.theme`))
	js(`localStorage.clear()`)
	do(chromedp.Navigate(base + "/list"))
	settle()
	do(chromedp.KeyEvent("j"))
	t.Log("j:", js(active))
	do(chromedp.KeyEvent("j"))
	t.Log("jj:", js(active))
	do(chromedp.KeyEvent("x"))
	t.Log("x:", js(`document.querySelector('[data-select-count]').textContent + document.querySelector('[data-select-all]').checked`))
	do(chromedp.KeyEvent(kb.ArrowUp))
	t.Log("up:", js(active))
	do(chromedp.KeyEvent("/"))
	t.Log("/:", js(active))
	js(`document.querySelector('[data-select-clear]').click()`)
	t.Log("clear:", js(`getComputedStyle(document.querySelector('.bulk')).display`), js(active))
	t.Log("seats tabstops:", js(`[...document.querySelectorAll('[data-roving]')].map(g=>[...g.querySelectorAll('a')].filter(a=>a.tabIndex==0).length)`))
	js(`document.querySelectorAll('[data-roving]')[1].querySelector('a').focus()`)
	do(chromedp.KeyEvent(kb.ArrowRight))
	t.Log("right:", js(`document.activeElement.getAttribute('aria-label')`))
	do(chromedp.KeyEvent(kb.End))
	t.Log("end:", js(`document.activeElement.getAttribute('aria-label')`))
	js(`document.querySelectorAll('.table .menu')[0].querySelector('summary').focus()`)
	do(chromedp.KeyEvent(kb.ArrowDown))
	settle()
	t.Log("menu down:", js(active))
	shot("dmenu")
	do(chromedp.KeyEvent(kb.Escape))
	t.Log("menu esc:", js(active), js(`document.querySelector('.table .menu').open`))
	js(`(window.heard=0, document.addEventListener('users', () => window.heard++))`)
	do(chromedp.Navigate(base + "/details"))
	settle()
	do(chromedp.KeyEvent(kb.Escape))
	settle()
	t.Log("details esc ->", js(`location.pathname`))
	do(chromedp.Navigate(base + "/add"))
	settle()
	t.Log("modal:", js(`document.querySelector('dialog').matches(':modal')`), js(active))
	do(chromedp.KeyEvent(kb.Escape))
	settle()
	t.Log("dialog esc ->", js(`location.pathname`))
	do(chromedp.Navigate(base + "/form"))
	settle()
	t.Log("focus:", js(active), js(`document.querySelectorAll('datalist option').length`))
	js(`document.querySelector('[data-show-password]').click()`)
	t.Log("pw:", js(`document.getElementById('pw').type + document.querySelector('[data-show-password]').textContent`))
	js(`document.querySelector('[data-copy]').click()`)
	settle()
	t.Log("toast:", js(`document.getElementById('toasts').textContent`))
	time.Sleep(6300 * time.Millisecond)
	t.Log("toast later:", js(`document.getElementById('toasts').textContent.trim()`))
	js(`(window.n=0, document.querySelector('form.form').addEventListener('submit', e => {window.n++; }), window.addEventListener('submit', e=>e.preventDefault()))`)
	js(`document.querySelector('form.form').requestSubmit()`)
	js(`document.querySelector('form.form').requestSubmit()`)
	t.Log("submits:", js(`window.n + document.querySelector('form.form [type=submit]').getAttribute('aria-busy')`))
	t.Log("scripts:", js(`typeof htmx + document.querySelectorAll('link[rel=stylesheet]').length`))
}
